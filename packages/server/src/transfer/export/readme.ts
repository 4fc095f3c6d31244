/** Explains an export to whoever opens it years later. */
export const readme = `This is everything that you kept in Easel.

pictures/<year>/<month>/    your pictures, byte for byte; beside each, <name>.json with everything known of it
trash/<year>/<month>/       the same for what was in the trash
generations.jsonl           every generation, one JSON object a line
tags.jsonl                  your tags
albums.jsonl                your albums
album-pictures.jsonl        what is in them, each in its order
searches.jsonl              your saved searches
prompts.jsonl               your lists, templates and styles of prompts
shares.jsonl                your links with their addresses, without their passwords: whoever reads this can open them
connections.json            your configured engines, without their keys
account.json                what is known of you
manifest.json               how many of each, and which pictures could not be put in here and why

To take it back into an Easel, also another one:

    easel import <this file> --server <address> --key <API key with the scope "write">

Keys and passwords are not in here. The pictures and their .json files need no program of ours to be read.
`

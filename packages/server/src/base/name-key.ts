/**
 * A name in the one spelling that all its spellings share: the same letters, whatever their case and however their accents are
 * written. Lower, upper, lower: only so `ẞ`, `ß` and `SS` meet, as in Unicode's full case folding.
 */
export const nameKey = (name: string): string =>
  name.normalize('NFC').toLowerCase().toUpperCase().toLowerCase().normalize('NFC')

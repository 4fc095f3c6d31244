/**
 * What an answer of the Messages API can be made of, by the types of `@anthropic-ai/sdk` 1.11.0. Pictures are taken (as input to
 * look at), never given.
 */
export const answerBlocks: readonly string[] = [
  'text',
  'thinking',
  'redacted_thinking',
  'tool_use',
  'server_tool_use',
  'web_search_tool_result',
  'web_fetch_tool_result',
  'code_execution_tool_result',
  'text_editor_code_execution_tool_result',
  'tool_search_tool_result',
  'container_upload',
]

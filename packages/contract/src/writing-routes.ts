import { z } from 'zod'
import { Id } from './primitives.ts'
import type { Route } from './route.ts'
import { Described, DescribeRequest, Refined, RefineRequest, TextModel, WritingChoice } from './writing.ts'

const byId = z.object({ id: Id })
const data = <T extends z.ZodType>(item: T) => z.object({ data: item })

/** Text models: which there are, which one writes, and what it writes. */
export const writingRoutes = {
  listTextModels: {
    method: 'GET',
    path: '/api/connections/:id/text-models',
    summary: 'The text models that a configured engine has now.',
    access: 'read',
    params: byId,
    status: 200,
    response: data(z.array(TextModel)),
  },
  getWriting: {
    method: 'GET',
    path: '/api/writing',
    summary: 'Which text model rewrites prompts and describes pictures for the caller; null: none.',
    access: 'read',
    status: 200,
    response: data(WritingChoice.nullable()),
  },
  chooseWriting: {
    method: 'PUT',
    path: '/api/writing',
    summary: 'Choose the text model that writes for the caller, or none.',
    access: 'write',
    body: z.object({ choice: WritingChoice.nullable() }),
    status: 200,
    response: data(WritingChoice.nullable()),
  },
  refinePrompt: {
    method: 'POST',
    path: '/api/prompts/refine',
    summary: 'Have a text model rewrite a prompt.',
    access: 'generate',
    limit: 'generate',
    body: RefineRequest,
    status: 200,
    response: Refined,
  },
  describeImage: {
    method: 'POST',
    path: '/api/images/:id/describe',
    summary: 'Have a text model say what a picture shows. Kept as its description where it has none.',
    access: 'generate',
    limit: 'generate',
    params: byId,
    body: DescribeRequest,
    status: 200,
    response: Described,
  },
} as const satisfies Record<string, Route>

// By name only: `npm test -- agreement.long`.
import { describeAgreement } from './agreement-suite.ts'

describeAgreement({ alone: 200, together: 200 })

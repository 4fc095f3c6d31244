import { describeAgreement } from './agreement-suite.ts'

describeAgreement({ alone: 10, together: 6 })

// What the page of a link gains where scripts run. All of it works without them, but for what has no other way.
import './share.css'
import { offerCopy } from './copy-prompt.ts'
import { growGrid } from './grid.ts'
import { showLocalTimes } from './local-times.ts'
import { openOnClick } from './open-on-click.ts'
import { sharedPage } from './shared-data.ts'
import { fallBackToView } from './sources.ts'

fallBackToView()
showLocalTimes(document)
offerCopy()
const page = sharedPage()
if (page !== null) openOnClick(growGrid(page))

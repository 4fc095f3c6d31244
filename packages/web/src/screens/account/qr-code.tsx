import { renderSVG } from 'uqr'
import classes from './qr-code.module.css'

/** Text as a QR code, black on white in both themes, because not every camera reads the inverse. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const source = `data:image/svg+xml,${encodeURIComponent(renderSVG(text, { border: 2 }))}`
  return <img className={classes['code']} src={source} alt={label} width={200} height={200} />
}

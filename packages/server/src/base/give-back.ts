/** Fewer bytes lie close together with others, and are collected soon. */
const leastBytes = 1024 * 1024

/**
 * Gives the memory of a picture back at once. Waiting for V8 to collect it lets a gigabyte pile up where pictures come one after the other,
 * and memory that is new has to be made ready page by page: 8 ms for 2.7 MB on a virtual machine. Bytes that share their memory with
 * others, and few, stay.
 * @param bytes nobody may use them any more: they have no length afterwards
 */
export function giveBack(bytes: Uint8Array): void {
  const { buffer, byteLength } = bytes
  if (byteLength < leastBytes || !(buffer instanceof ArrayBuffer)) return
  // What is decoded may be a few bytes shorter than the memory that was taken for it.
  if (buffer.byteLength - byteLength > 4) return
  buffer.transfer(0)
}

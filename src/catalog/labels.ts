/**
 * Attribute keys as people read them: `storage_temperature` becomes "Storage temperature". Keys of supplier
 * feeds write a bracket as a double underscore: `dimensions__wxdxh_` becomes "Dimensions (WxDxH)".
 */

/** Words that are written in capitals, or in their own way. Lower case to shown form. */
const WRITTEN: Readonly<Record<string, string>> = Object.fromEntries(
  `3D 3G 4G 5G AC BIOS CD CPU DC DDR DPI DVD EAN EPEAT FM GPS GPU GSM HDCP HDD HDMI HDTV HS IP ISO IT KVM LAN LCD LED
   LTE MAC MTBF NFC OEM OS PCI PDF PFC PIN PIM PPM PSU RAM RF RGB RJ RPM SATA SIM SMBIOS SNR SSD TDP TFT TV UBER UPC UPS
   USB UV VA VGA VOC VPN VRAM VSWR WAN WxD WxDxH HxV WLAN XMP Bluetooth DisplayPort Ethernet Intel FireWire`
    .split(/\s+/)
    .filter((word) => !['IT', 'PIN'].includes(word)) // also everyday words
    .map((word) => [word.toLowerCase(), word]),
)

/** A word that loses its hyphen in a key. */
const HYPHENATED: Readonly<Record<string, string>> = { wifi: 'Wi-Fi' }

/** Brackets that only repeat the unit of the value, such as "(T-T)" after a temperature. */
const NOISE = new Set(['t t', 'h h', 'f f'])

/**
 * Label of an attribute key.
 * @param key lower-case snake_case
 * @returns words with a capital first letter; the key itself when it has no word
 */
export function attributeLabel(key: string): string {
  const [before, ...notes] = inches(key)
    .split(/_{2,}/)
    .filter((part) => part !== '')
  if (before === undefined) return key
  if (key.endsWith('_') && notes.length > 0) return capitalised(`${words(before)}${bracket(notes)}`)
  const [inside, ...after] = notes
  if (inside === undefined) return capitalised(words(plural(before)))
  if (after.length === 0) return capitalised(words(`${before}_${inside}`))
  return capitalised(`${words(before)}${bracket([inside])} ${after.map(words).join(' ')}`)
}

/** What stood in brackets, without what says nothing. */
function bracket(notes: readonly string[]): string {
  const said = notes.map((note) => words(note)).filter((note) => !NOISE.has(note.toLowerCase()))
  return said.length === 0 ? '' : ` (${said.join(', ')})`
}

/** `2_5__bays` is how feeds write "2.5" bays". */
function inches(key: string): string {
  return key.replaceAll(/(\d)_(\d)__(?=[a-z])/g, '$1.$2"_')
}

/** `connector_s_` is how feeds write "connector(s)". */
function plural(key: string): string {
  return key.replace(/_s_$/, 's')
}

function words(text: string): string {
  return text
    .split('_')
    .filter((word) => word !== '')
    .map((word) => WRITTEN[word] ?? HYPHENATED[word] ?? word)
    .join(' ')
    .replaceAll(/\b(\w) x (\w) x (\w)\b/g, (all) => all.toUpperCase().replaceAll('X', 'x'))
}

function capitalised(text: string): string {
  return /^\p{Ll}/u.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text
}

/**
 * What stands where a picture is missing: a drawing of the kind of product on a tint of brand and kind, so that a
 * shelf without photographs still tells its products apart. Drawn from the names in the catalogue, nothing is configured.
 */
import { type Html, html } from '../html.ts'

/** Line drawings on a field of 24 by 24. */
const DRAWINGS = {
  audio: 'M4 14v-2a8 8 0 0 1 16 0v2M4 14h3v6H5.5A1.5 1.5 0 0 1 4 18.5zM20 14h-3v6h1.5a1.5 1.5 0 0 0 1.5-1.5z',
  bag: 'M4 8h16v11H4zM9 8V6a1 1 0 0 1 1-1h4a1 1 0 0 1 1 1v2M4 13h16M12 12v2',
  battery: 'M3 8h15v8H3zM18 11h2.5v2H18M11.5 9.5 9 12.3h3l-2.5 2.8',
  box: 'M12 3l8 4v10l-8 4-8-4V7zM4 7l8 4 8-4M12 11v10',
  cable: 'M9 3v4M15 3v4M7 7h10v4a5 5 0 0 1-10 0zM12 16v5',
  camera: 'M3 7h4l2-2.5h6L17 7h4v12H3zM12 9.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z',
  chip: 'M7 7h10v10H7zM10 10h4v4h-4zM9 7V4M15 7V4M9 20v-3M15 20v-3M7 9H4M7 15H4M20 9h-3M20 15h-3',
  computer: 'M5 5h14v10H5zM2.5 18.5h19L19 15H5z',
  cup: 'M5 8h11v7a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4zM16 10h1.5a2.5 2.5 0 0 1 0 5H16M8 3v2M12 3v2',
  drive: 'M6 3h12v18H6zM12 6a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 10h.01M9 18h2',
  ink: 'M12 3s6 6.5 6 11a6 6 0 0 1-12 0c0-4.5 6-11 6-11zM9.5 14.5a2.5 2.5 0 0 0 2.5 2.5',
  keyboard: 'M3 7h18v10H3zM6 10h.01M9 10h.01M12 10h.01M15 10h.01M18 10h.01M7 14h10',
  label: 'M4 4h8l8.5 8.5-8 8L4 12zM8 8h.01',
  mouse: 'M12 3a6 6 0 0 1 6 6v6a6 6 0 0 1-12 0V9a6 6 0 0 1 6-6zM12 7v3',
  network: 'M4 14h16v5H4zM7 16.5h.01M10 16.5h.01M12 14v-3M8.5 9a5 5 0 0 1 7 0M6 6.5a8.5 8.5 0 0 1 12 0',
  phone: 'M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2',
  pen: 'M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19zM14 6.5l3.5 3.5',
  printer: 'M7 9V4h10v5M7 16H4V9h16v7h-3M7 13h10v7H7z',
  rack: 'M4 4h16v5H4zM4 9h16v6H4zM4 15h16v5H4zM7 6.5h.01M7 12h.01M7 17.5h.01M11 6.5h6M11 12h6M11 17.5h6',
  screen: 'M3 5h18v11H3zM9 20h6M12 16v4',
  service: 'M12 3l7 3v5c0 4.5-3 8-7 10-4-2-7-5.5-7-10V6zM9 12l2 2 4-4',
  toy: 'M8 8h8v12H8zM9 8V5.5a3 3 0 0 1 6 0V8M8 12H4.5v4H8M16 12h3.5v4H16M10.5 5.5h.01M13.5 5.5h.01',
  watch: 'M8 8h8v8H8zM9 8l.5-4h5L15 8M9 16l.5 4h5l.5-4M12 10.5V12l1 1',
} as const

type Drawing = keyof typeof DRAWINGS

/** The first whose words begin a word of the name. The closer to the product a category is, the more it says. */
const WORDS: readonly (readonly [drawing: Drawing, begins: RegExp])[] = Object.entries({
  ink: 'ink|toner|drums?|ribbon',
  label: 'label',
  audio: 'audio|headphone|headset|speaker|microphone|music',
  camera: 'camera|webcam|lens|photo|optics',
  keyboard: 'keyboard|mice|mouse|peripheral',
  bag: 'bag|backpack|case|luggage|clothing|fashion',
  cable: 'cable|adapter|connector|wall plate',
  battery: 'batter|power|charger|ups|surge',
  screen: 'display|monitor|projector|tv|television',
  printer: 'print|scanner|multifunction|fax|imaging',
  drive: 'storage|drive|disk|solid',
  chip: 'component|processor|memory|motherboard|graphics|interface|ram|card',
  network: 'network|router|switch|wi-?fi|wireless|media converter',
  rack: 'rack|server|enclosure|environmental',
  computer: 'computer|notebook|laptop|desktop|tablet|dock',
  phone: 'phone|telephon|smartphone|mobile',
  watch: 'wearable|watch|sport|fitness',
  toy: 'toy|game|puzzle|doll|building|vehicle|kids',
  cup: 'kitchen|home|household|appliance|personal|lighting|garden|coffee',
  pen: 'office|stationery|paper|furniture|supplies|tool|book',
  service: 'software|service|warrant|insurance',
}).map(([drawing, words]) => [drawing as Drawing, new RegExp(`\\b(?:${words})`, 'i')] as const)

/**
 * @param names of a category path, root first
 * @param item name of an item in it; tells apart what shops keep on one shelf
 */
export function drawingOf(names: readonly string[], item = ''): Drawing {
  for (const name of [...names].reverse()) {
    const found = WORDS.find(([, begins]) => begins.test(name))?.[0]
    if (found === 'keyboard' && /\b(?:mouse|mice|trackball)\b/i.test(item)) return 'mouse'
    if (found) return found
  }
  return 'box'
}

/** Colours of the sheet: `tint-0` to `tint-6`. */
const TINTS = 7

/** The same for the same text, everywhere and always. */
export function tintOf(text: string): string {
  let sum = 0
  for (const sign of text.toLowerCase()) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 65_521
  return `tint-${sum % TINTS}`
}

/** Decoration: nothing of it is said to a screen reader. */
export function drawing(names: readonly string[], item?: string): Html {
  return html`<svg class="drawing" viewBox="0 0 24 24" aria-hidden="true"><path d="${DRAWINGS[drawingOf(names, item)]}"/></svg>`
}

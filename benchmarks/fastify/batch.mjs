// The peer "node" of ./bench batch: csv-parse and onnxruntime-node in a plain loop, blocks of 1,024 rows.
// Arguments: model file, input CSV, output CSV. Prints one line of JSON.
import { createReadStream, createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { parse } from 'csv-parse'
import { InferenceSession, Tensor } from 'onnxruntime-node'

const [model, input, output] = process.argv.slice(2)
const width = 30
const block = 1024
const start = performance.now()
const cpu = process.cpuUsage()
const session = await InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 })
const out = createWriteStream(output)
out.write('label,probability\n')

const values = new Float32Array(block * width)
let filled = 0
let rows = 0
let sum = 0

async function flush() {
  const { probabilities } = await session.run({ input: new Tensor('float32', values.slice(0, filled * width), [filled, width]) })
  let text = ''
  for (let i = 0; i < filled; i++) {
    const p = probabilities.data[2 * i + 1]
    sum += p
    text += `${p > 0.5 ? 1 : 0},${p.toFixed(7)}\n`
  }
  rows += filled
  filled = 0
  if (!out.write(text)) await once(out, 'drain')
}

for await (const row of createReadStream(input, { highWaterMark: 1 << 20 }).pipe(parse({ from_line: 2 }))) {
  for (let i = 0; i < width; i++) values[filled * width + i] = Number(row[i])
  if (++filled === block) await flush()
}
if (filled > 0) await flush()
out.end()
await once(out, 'finish')

const used = process.cpuUsage(cpu)
console.log(JSON.stringify({ rows, sum, seconds: (performance.now() - start) / 1000, cpu: (used.user + used.system) / 1e6, peak: process.resourceUsage().maxRSS * 1024 }))

// The peer "fastify": what its documentation recommends: schemas both ways (compiled validation and serialisation), no logger,
// and the same ONNX Runtime version with one thread. Arguments: the model file.
import Fastify from 'fastify'
import { InferenceSession, Tensor } from 'onnxruntime-node'

const session = await InferenceSession.create(process.argv[2], { intraOpNumThreads: 1, interOpNumThreads: 1 })
const app = Fastify({ logger: false })

const numbers = { type: 'array', items: { type: 'number' } }
const tensor = {
  type: 'object',
  required: ['name', 'datatype', 'shape', 'data'],
  properties: { name: { type: 'string' }, datatype: { type: 'string' }, shape: numbers, data: numbers },
}
const schema = {
  body: {
    type: 'object',
    required: ['inputs'],
    properties: { id: { type: 'string' }, inputs: { type: 'array', minItems: 1, items: tensor } },
  },
  response: {
    200: {
      type: 'object',
      properties: { model_name: { type: 'string' }, id: { type: 'string' }, outputs: { type: 'array', items: tensor } },
    },
  },
}

app.post('/v2/models/:name/infer', { schema }, async (request) => {
  const input = request.body.inputs[0]
  const { probabilities } = await session.run({ input: new Tensor('float32', Float32Array.from(input.data), input.shape) })
  return {
    model_name: request.params.name,
    id: request.body.id,
    outputs: [{ name: 'probabilities', datatype: 'FP32', shape: probabilities.dims, data: Array.from(probabilities.data) }],
  }
})

console.log(`Host started: ${await app.listen({ host: '127.0.0.1', port: 0 })}`)
process.stdin.on('end', () => process.exit(0)).resume()

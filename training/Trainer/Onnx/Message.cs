using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Tidemark.Trainer.Onnx;

/// <summary>
/// A protobuf message written field by field: ONNX needs a dozen of its fields here, fewer lines than generated classes would take.
/// Repeated fields are written one element at a time, as onnx.proto (proto2) declares them.
/// </summary>
internal sealed class Message
{
    private const int Number = 0, Bytes = 2, Fixed32 = 5; // wire types
    private readonly ArrayBufferWriter<byte> bytes = new();

    public Message Add(int field, long value)
    {
        Tag(field, Number);
        Varint((ulong)value);
        return this;
    }

    public Message Add(int field, float value)
    {
        Tag(field, Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.GetSpan(sizeof(float)), value);
        bytes.Advance(sizeof(float));
        return this;
    }

    public Message Add(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, Bytes);
        Varint((ulong)value.Length);
        bytes.Write(value);
        return this;
    }

    public Message Add(int field, string value) => Add(field, Encoding.UTF8.GetBytes(value));

    public Message Add(int field, Message value) => Add(field, value.bytes.WrittenSpan);

    public byte[] ToArray() => bytes.WrittenSpan.ToArray();

    private void Tag(int field, int type) => Varint((ulong)(field << 3 | type));

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) bytes.Write([(byte)(value | 0x80)]);
        bytes.Write([(byte)value]);
    }
}

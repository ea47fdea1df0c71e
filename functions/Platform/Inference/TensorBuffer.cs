using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;

namespace Tidemark.Platform.Inference;

/// <summary>
/// The elements of one input or output of one request, kept from request to request: numbers in pinned memory that ONNX Runtime uses
/// where it is, strings as UTF-8 cells that are handed over before the run.
/// </summary>
internal sealed class TensorBuffer
{
    private byte[] bytes = [];

    public TensorBuffer(TensorSpec spec)
    {
        Spec = spec;
        Name = Encoding.UTF8.GetBytes(spec.Name);
        Word = Encoding.UTF8.GetBytes(DataTypes.Word(spec.Type));
        Shape = [.. spec.Shape];
        ElementSize = DataTypes.Size(spec.Type);
    }

    public TensorSpec Spec { get; }

    /// <summary>The tensor's name in UTF-8.</summary>
    public byte[] Name { get; }

    /// <summary>The protocol's word for the type in UTF-8.</summary>
    public byte[] Word { get; }

    /// <summary>The shape of this request.</summary>
    public long[] Shape { get; private set; }

    public int ElementSize { get; }

    public bool IsText => ElementSize == 0;

    /// <summary>The strings of a text tensor.</summary>
    public TextCells Cells { get; } = new();

    /// <summary>The pinned memory; another array after it had to grow.</summary>
    public byte[] Memory => bytes;

    /// <summary>Elements of the present shape.</summary>
    public int Count
    {
        get
        {
            long count = 1;
            foreach (long dimension in Shape) count *= dimension;
            return checked((int)count);
        }
    }

    /// <summary>Sets the shape and makes room for it; what was written stays, in memory as in order.</summary>
    public void Take(ReadOnlySpan<long> shape)
    {
        if (shape.Length != Shape.Length) Shape = shape.ToArray();
        else shape.CopyTo(Shape);
        if (!IsText) Room(checked(Count * ElementSize));
    }

    /// <summary>Takes the declared shape with <paramref name="batch"/> for its free dimensions.</summary>
    public void Follow(long batch)
    {
        for (int i = 0; i < Shape.Length; i++) Shape[i] = Spec.Shape[i] < 0 ? batch : Spec.Shape[i];
        if (!IsText) Room(checked(Count * ElementSize));
    }

    /// <summary>Zeros or empty strings in the declared shape with <paramref name="batch"/> rows: for a warm-up.</summary>
    public void Zero(long batch)
    {
        Follow(batch);
        Cells.Clear();
        for (int i = 0; IsText && i < Count; i++) Cells.Add([]);
        if (!IsText) bytes.AsSpan().Clear();
    }

    /// <summary>At least <paramref name="count"/> elements to write or read, whatever the shape.</summary>
    public Span<T> Elements<T>(int count)
        where T : unmanaged
    {
        Room(checked(count * ElementSize));
        return MemoryMarshal.Cast<byte, T>(bytes.AsSpan(0, count * ElementSize));
    }

    /// <summary>A value of ONNX Runtime over this memory in the present shape; empty strings for a text tensor.</summary>
    public OrtValue ToValue()
    {
        if (IsText) return OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, Shape);
        Room(checked(Count * ElementSize));
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0);
        return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, Spec.Type, Shape, address, (long)Count * ElementSize);
    }

    /// <summary>Gives up memory of more than <paramref name="keep"/> bytes.</summary>
    public void Trim(int keep)
    {
        Cells.Trim(keep);
        if (bytes.Length > keep) bytes = [];
    }

    private void Room(int size)
    {
        if (bytes.Length >= size && bytes.Length > 0) return;
        byte[] larger = GC.AllocateUninitializedArray<byte>(Math.Max(Math.Max(64, size), (int)Math.Min(bytes.Length * 2L, Array.MaxLength)), pinned: true);
        bytes.CopyTo(larger, 0);
        bytes = larger;
    }
}

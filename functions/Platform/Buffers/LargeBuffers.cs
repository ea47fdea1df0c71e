using System.Buffers;

namespace Tidemark.Platform.Buffers;

/// <summary>
/// Rented memory of 64 KiB and more. <see cref="ArrayPool{T}.Shared"/> keeps an array of each size for each thread that ever gave one back, which
/// for a few megabytes and dozens of threads is more than the work itself needs; this pool keeps a few of each size in all.
/// </summary>
internal static class LargeBuffers
{
    private const int Largest = 64 << 20;

    public static ArrayPool<byte> Pool { get; } = ArrayPool<byte>.Create(Largest, 2 * Environment.ProcessorCount);
}

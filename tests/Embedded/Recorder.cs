using System.Collections.Concurrent;

namespace Tidemark.Tests.Embedded;

/// <summary>Remembers what functions saw, in order.</summary>
internal sealed class Recorder
{
    private readonly ConcurrentQueue<object?> seen = new();

    public object?[] Seen => [.. seen];

    public void Add(object? value) => seen.Enqueue(value);
}

namespace Tidemark.Benchmarks.Predict;

/// <summary>A figure that would not count: a server that fails or answers wrongly. The message says which and what came.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);

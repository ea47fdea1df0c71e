using Microsoft.Extensions.Logging;

namespace Tidemark.Tests.Embedded;

/// <summary>Keeps what is logged.</summary>
internal sealed class LogLines : ILogger
{
    private readonly Lock gate = new();
    private readonly List<(LogLevel Level, string Text)> lines = [];

    /// <summary>Lines of at least <paramref name="level"/>, in the order in which they came.</summary>
    public string[] From(LogLevel level)
    {
        lock (gate) return [.. lines.Where(line => line.Level >= level).Select(line => line.Text)];
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (gate) lines.Add((logLevel, $"{formatter(state, exception)}{exception}"));
    }
}

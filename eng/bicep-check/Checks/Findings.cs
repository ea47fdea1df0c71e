using System.Collections;
using Tidemark.BicepCheck.Syntax;

namespace Tidemark.BicepCheck.Checks;

internal enum Severity
{
    Warning,
    Error,
}

/// <param name="Code">Kind of the finding, such as <c>unknown-property</c>.</param>
internal sealed record Finding(Severity Severity, string Code, string Path, Position At, string Message)
{
    public override string ToString() => $"{Path}({At.Line},{At.Column}): {Severity.ToString().ToLowerInvariant()} {Code}: {Message}";
}

/// <summary>What was found in one file.</summary>
internal sealed class Findings(string path) : IEnumerable<Finding>
{
    private readonly List<Finding> all = [];

    public void Error(string code, Position at, string message) => all.Add(new(Severity.Error, code, path, at, message));

    public void Warning(string code, Position at, string message) => all.Add(new(Severity.Warning, code, path, at, message));

    public IEnumerator<Finding> GetEnumerator() => all.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

namespace Tidemark.Embedded;

/// <summary>The host will not start: each problem names what is wrong, where, and the remedy.</summary>
internal sealed class StartRefusedException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}

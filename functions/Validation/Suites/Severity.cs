namespace Tidemark.Validation.Suites;

/// <summary>How much a failing expectation matters.</summary>
public enum Severity
{
    /// <summary>Told, nothing else.</summary>
    Info,

    /// <summary>The data passes with a warning.</summary>
    Warning,

    /// <summary>The failing rows are treated by the expectation's row action.</summary>
    Error,

    /// <summary>All of the data is refused: the request, the file, the training run.</summary>
    Block,
}

namespace Tidemark.Validation.Expectations;

/// <summary>Why an expectation could not be evaluated; becomes <c>exception_info</c> of its result.</summary>
/// <param name="Type">The name that Great Expectations' users know, e.g. <c>TypeError</c>.</param>
/// <param name="Message">Names the thing, the value and the remedy.</param>
public sealed record Fault(string Type, string Message)
{
    public static Fault Value(string message) => new("ValueError", message);

    public static Fault Kind(string message) => new("TypeError", message);

    public override string ToString() => $"{Type}: {Message}";
}

using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular;
using Tidemark.Registry;

namespace Tidemark.Prediction;

/// <summary>What a version's rules say of a request's rows.</summary>
/// <param name="Rows">The rows to predict for: those sent, or with values repaired.</param>
/// <param name="Refusal">Why the request is refused, naming rows and rules; null when it is answered.</param>
/// <param name="Warnings">What the caller should know of rows that are answered.</param>
public sealed record RowsChecked(Table Rows, Failure? Refusal, IReadOnlyList<string> Warnings);

/// <summary>The rules that the rows of a model version are held to.</summary>
/// <param name="Check">Judges rows; null when the version has no rules.</param>
public sealed record RowRules(Func<Table, RowsChecked>? Check)
{
    public static RowRules None { get; } = new(Check: null);

    /// <summary>No rules for any version.</summary>
    public static Task<Outcome<RowRules>> NoneAsync(VersionReference version, CancellationToken cancellation) => Task.FromResult<Outcome<RowRules>>(None);
}

/// <summary>The rules of a version, read when it is loaded. A version whose rules can't be read is not served.</summary>
public delegate Task<Outcome<RowRules>> LoadRules(VersionReference version, CancellationToken cancellation);

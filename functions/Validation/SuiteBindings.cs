using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular;
using Tidemark.Prediction;
using Tidemark.Registry;
using Tidemark.Validation.Store;
using Tidemark.Validation.Suites;

namespace Tidemark.Validation;

/// <summary>
/// The rules that predictions of a model version are held to: the suite that the version's lineage names under <c>suite</c>
/// (<c>name/version</c>; a version registered before suites were pinned may say <c>name</c>, and means the suite as it was when the version was loaded).
/// </summary>
public sealed class SuiteBindings(ModelDirectory models, SuiteStore suites)
{
    /// <summary>The lineage key that names the suite.</summary>
    public const string LineageKey = "suite";

    private const int MostTold = 20;

    /// <summary>The suite that a version names, ready to judge rows; null when the version names none.</summary>
    public async Task<Outcome<VersionSuite?>> FindAsync(VersionReference version, CancellationToken cancellation)
    {
        Outcome<ResolvedModel> model = await models.ResolveAsync(version.Model, version.Version, cancellation);
        if (!model.Ok)
            return model.As<VersionSuite?>();
        if (model.Value.Manifest.Lineage?.TryGetValue(LineageKey, out string? name) is not true || name is null)
            return (VersionSuite?)null;
        Outcome<SuiteReference> reference = SuiteReference.OfLineage(version.Model, name);
        Outcome<StoredSuite> suite = await reference.ThenAsync(s => suites.ReadAsync(s, cancellation));
        return suite.Map<VersionSuite?>(stored => new(reference.Value! with { Version = stored.Version }, stored.Suite, model.Value.Manifest.Inputs.Select(input => input.Name).ToArray()));
    }

    /// <summary>
    /// A new version's lineage with the version of its suite, so that it goes on naming the suite it was trained under when the suite changes. A suite
    /// that is not there keeps the version from being registered.
    /// </summary>
    public async Task<Outcome<IReadOnlyDictionary<string, string>>> PinAsync(ModelName model, IReadOnlyDictionary<string, string> lineage, CancellationToken cancellation)
    {
        if (!lineage.TryGetValue(LineageKey, out string? name))
            return new Dictionary<string, string>(lineage);
        Outcome<SuiteReference> reference = SuiteReference.OfLineage(model, name);
        Outcome<StoredSuite> suite = await reference.ThenAsync(s => suites.ReadAsync(s, cancellation));
        return suite.Ok
            ? new Dictionary<string, string>(lineage) { [LineageKey] = $"{reference.Value!.Suite}/{suite.Value.Version}" }
            : new Failure(FailureKind.Unprocessable, "Unknown suite", $"The lineage names the suite '{name}', under which the version can't be kept: {suite.Failure.Detail}") { Errors = [new FieldError($"metadata.lineage.{LineageKey}", suite.Failure.Detail)] };
    }

    /// <summary>The same as rules for predictions.</summary>
    public async Task<Outcome<RowRules>> LoadAsync(VersionReference version, CancellationToken cancellation) =>
        (await FindAsync(version, cancellation)).Map(found => found is null ? RowRules.None : Of(found.Gate));

    /// <summary>Rules that judge rows by the suite.</summary>
    private static RowRules Of(SuiteGate gate) => new(rows => Check(gate, rows));

    private static RowsChecked Check(SuiteGate gate, Table rows)
    {
        GateReport report = gate.Judge(rows);
        if (report.Clean && report.Unusable.Count == 0)
            return new RowsChecked(rows, null, []);
        List<FieldError> refused = report.Findings
            .Where(finding => finding.Becomes >= RowActionKind.Quarantine)
            .Select(finding => new FieldError($"rows[{finding.Row}].{finding.Expectation.Column ?? "*"}", finding.Reason))
            .ToList();
        List<FieldError> unjudged = report.Faults
            .Where(fault => fault.Expectation.Severity >= Severity.Error)
            .Select(fault => new FieldError(fault.Expectation.Type, fault.Fault.Message))
            .ToList();
        IReadOnlyList<string> warnings = report.Findings
            .Where(finding => report.Accepts(finding.Row))
            .Select(finding => $"rows[{finding.Row}]: {finding.Reason}")
            .Concat(report.Faults.Concat(report.Unusable).Select(fault => $"{fault.Expectation.Type} could not be evaluated: {fault.Fault.Message}"))
            .ToList();
        return new RowsChecked(report.Table, refused.Count + unjudged.Count > 0 ? Refusal([.. refused, .. unjudged]) : null, warnings);
    }

    private static Failure Refusal(List<FieldError> errors)
    {
        string told = string.Join("; ", errors.Take(MostTold).Select(error => $"{error.Field}: {error.Detail}"));
        string more = errors.Count > MostTold ? $"; and {errors.Count - MostTold} more" : "";
        return new Failure(FailureKind.Unprocessable, "Rows break the model's rules", $"{told}{more}. Correct the rows, or see the model's suite.")
        {
            Errors = errors.Take(MostTold).ToList(),
        };
    }
}

/// <summary>The suite that a model version names.</summary>
/// <param name="Reference">Model, name and version of the suite.</param>
/// <param name="Suite">What it expects.</param>
/// <param name="Inputs">Names of the model's inputs, which are the columns of a model that takes one input a column.</param>
public sealed record VersionSuite(SuiteReference Reference, ExpectationSuite Suite, IReadOnlyCollection<string> Inputs)
{
    /// <summary>Judges rows by it; one for all threads.</summary>
    public SuiteGate Gate { get; } = new(Suite, Inputs);
}

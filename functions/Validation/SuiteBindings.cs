using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular;
using Tidemark.Prediction;
using Tidemark.Registry;
using Tidemark.Validation.Store;
using Tidemark.Validation.Suites;

namespace Tidemark.Validation;

/// <summary>
/// The rules that predictions of a model version are held to: the suite that the version's lineage names under <c>suite</c>
/// (<c>name</c> or <c>name/version</c>), as it was when the version was loaded.
/// </summary>
public sealed class SuiteBindings(ModelDirectory models, SuiteStore suites)
{
    /// <summary>The lineage key that names the suite.</summary>
    public const string LineageKey = "suite";

    private const int MostTold = 20;

    public async Task<Outcome<RowRules>> LoadAsync(VersionReference version, CancellationToken cancellation)
    {
        Outcome<ResolvedModel> model = await models.ResolveAsync(version.Model, version.Version, cancellation);
        if (!model.Ok)
            return model.As<RowRules>();
        if (model.Value.Manifest.Lineage?.TryGetValue(LineageKey, out string? name) is not true || name is null)
            return RowRules.None;
        Outcome<StoredSuite> suite = await SuiteReference.OfLineage(version.Model, name).ThenAsync(s => suites.ReadAsync(s, cancellation));
        return suite.Map(stored => Of(stored.Suite));
    }

    /// <summary>Rules that judge rows by the suite.</summary>
    internal static RowRules Of(ExpectationSuite suite)
    {
        var gate = new SuiteGate(suite);
        return new RowRules(rows => Check(gate, rows));
    }

    private static RowsChecked Check(SuiteGate gate, Table rows)
    {
        GateReport report = gate.Judge(rows);
        List<FieldError> refused = report.Findings
            .Where(finding => finding.Expectation.Severity == Severity.Block || report.Dispositions[finding.Row] >= RowActionKind.Quarantine)
            .Where(finding => finding.Expectation.Severity >= Severity.Error)
            .Select(finding => new FieldError($"rows[{finding.Row}].{finding.Expectation.Column ?? "*"}", finding.Reason))
            .ToList();
        List<FieldError> unjudged = report.Faults
            .Where(fault => fault.Expectation.Severity >= Severity.Error)
            .Select(fault => new FieldError(fault.Expectation.Type, fault.Fault.Message))
            .ToList();
        IReadOnlyList<string> warnings = report.Findings
            .Where(finding => report.Dispositions[finding.Row] < RowActionKind.Quarantine)
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

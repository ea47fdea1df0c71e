using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Json;
using Tidemark.Platform.Tabular;

namespace Tidemark.Drift.Comparison;

/// <summary>The policy of a comparison: <c>policy</c> as an object begins with the careful default, without it Evidently's plain verdicts are given.</summary>
internal static class PolicyRequest
{
    private static readonly Dictionary<string, DriftTest> TestNames = Names<DriftTest>();

    private static readonly Dictionary<string, TestSelection> SelectionNames = Names<TestSelection>();

    public static Outcome<DriftPolicy> Parse(JsonElement body, Table reference)
    {
        Outcome<DriftPolicy?> given = body.Field("policy", VerdictJson.Default.DriftPolicy);
        if (!given.Ok)
            return given.Failure;
        return Selected(given.Value ?? DriftPolicy.Evidently, body)
            .Then(policy => TestsOf(body, reference).Map(tests => tests is null ? policy : policy with { Tests = tests }))
            .Then(policy => ThresholdsOf(body, reference).Map(thresholds => thresholds is null ? policy : policy with { Thresholds = thresholds }))
            .Then(InRange);
    }

    private static Outcome<DriftPolicy> Selected(DriftPolicy policy, JsonElement body)
    {
        if (!body.TryGetProperty("selection", out JsonElement name))
            return policy;
        return name.ValueKind == JsonValueKind.String && SelectionNames.TryGetValue(name.GetString()!, out TestSelection selection)
            ? policy with { Selection = selection }
            : Refusal.Of("selection", $"{name.GetRawText()} is none of {string.Join(", ", SelectionNames.Keys)}");
    }

    private static Outcome<Dictionary<string, DriftTest>?> TestsOf(JsonElement body, Table reference)
    {
        if (!body.TryGetProperty("tests", out JsonElement tests))
            return (Dictionary<string, DriftTest>?)null;
        if (tests.ValueKind != JsonValueKind.Object)
            return Refusal.Of("tests", "send an object of columns and names of tests");
        var chosen = new Dictionary<string, DriftTest>(StringComparer.Ordinal);
        foreach (JsonProperty named in tests.EnumerateObject())
        {
            if (reference.Find(named.Name) is not { } column)
                return Refusal.Of($"tests.{named.Name}", "the reference has no such column");
            if (named.Value.ValueKind != JsonValueKind.String || !TestNames.TryGetValue(named.Value.GetString()!, out DriftTest test))
                return Refusal.Of($"tests.{named.Name}", $"{named.Value.GetRawText()} is none of {string.Join(", ", TestNames.Keys)}");
            if (test.NeedsNumbers() && !ColumnSample.IsNumeric(column.Kind))
                return Refusal.Of($"tests.{named.Name}", $"{named.Value.GetRawText()} compares numbers, and the column holds none");
            chosen[named.Name] = test;
        }
        return chosen;
    }

    private static Outcome<Dictionary<string, double>?> ThresholdsOf(JsonElement body, Table reference)
    {
        if (!body.TryGetProperty("thresholds", out JsonElement thresholds))
            return (Dictionary<string, double>?)null;
        if (thresholds.ValueKind != JsonValueKind.Object)
            return Refusal.Of("thresholds", "send an object of columns and numbers");
        var chosen = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (JsonProperty named in thresholds.EnumerateObject())
        {
            if (reference.Find(named.Name) is null)
                return Refusal.Of($"thresholds.{named.Name}", "the reference has no such column");
            if (named.Value.ValueKind != JsonValueKind.Number || named.Value.GetDouble() is not (> 0 and < double.PositiveInfinity))
                return Refusal.Of($"thresholds.{named.Name}", $"{named.Value.GetRawText()} is no number above 0");
            chosen[named.Name] = named.Value.GetDouble();
        }
        return chosen;
    }

    /// <summary>Whether every figure is one that a comparison can follow.</summary>
    public static Outcome<DriftPolicy> InRange(DriftPolicy policy) => policy switch
    {
        { Selection: TestSelection.Fixed, Tests.Count: 0 } => Refusal.Of("tests", "the selection fixed compares the columns named in tests, and none is"),
        { DriftShare: not (> 0 and <= 1) } => Refusal.Of("policy.driftShare", "it is above 0 and at most 1"),
        { MinimumRows: < 1 } => Refusal.Of("policy.minimumRows", "it is at least 1"),
        { MinimumEffect: not (>= 0 and <= 1) } => Refusal.Of("policy.minimumEffect", "it is 0 to 1"),
        { FalseDiscoveryRate: not (null or (> 0 and <= 1)) } => Refusal.Of("policy.falseDiscoveryRate", "it is above 0 and at most 1, or null"),
        { Persistence: < 1 or > 1000 } => Refusal.Of("policy.persistence", "it is 1 to 1000"),
        { Chunks: < 2 or > 1000 } => Refusal.Of("policy.chunks", "it is 2 to 1000"),
        _ when policy.Importance.Values.Any(w => !(w >= 0)) => Refusal.Of("policy.importance", "weights are not negative"),
        _ => policy,
    };

    private static Dictionary<string, T> Names<T>()
        where T : struct, Enum => typeof(T).GetFields().Where(f => f.IsLiteral).ToDictionary(
            f => ((JsonStringEnumMemberNameAttribute)f.GetCustomAttributes(typeof(JsonStringEnumMemberNameAttribute), false)[0]).Name, f => (T)f.GetRawConstantValue()!, StringComparer.OrdinalIgnoreCase);
}

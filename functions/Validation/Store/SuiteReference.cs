using System.Globalization;
using Tidemark.Platform.Errors;
using Tidemark.Registry;

namespace Tidemark.Validation.Store;

/// <summary>A stored suite of a model, and the version meant; null is the current one.</summary>
public sealed record SuiteReference(ModelName Model, SuiteName Suite, int? Version)
{
    public static Outcome<SuiteReference> Parse(string? model, string? suite, string? version)
    {
        int number = 0;
        if (!string.IsNullOrEmpty(version) && (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number < 1))
            return new Failure(FailureKind.Malformed, "Not a suite version", $"'{version}' is not the version of a suite: send a number from 1 on, or none for the current one.");
        return ModelName.Parse(model).Then(m => SuiteName.Parse(suite).Map(s => new SuiteReference(m, s, number == 0 ? null : number)));
    }

    /// <summary>Reads <c>name</c> or <c>name/version</c>, as a model version's lineage names the suite it was trained under.</summary>
    public static Outcome<SuiteReference> OfLineage(ModelName model, string text)
    {
        string[] parts = text.Split('/', 2);
        return Parse(model.ToString(), parts[0], parts.ElementAtOrDefault(1));
    }

    public override string ToString() => Version is null ? $"{Model}/{Suite}" : $"{Model}/{Suite}/{Version}";
}

/// <summary>A suite as stored.</summary>
/// <param name="Version">From 1 on, one more with each change.</param>
/// <param name="Tag">Entity tag of the current version; null when an older one was asked for.</param>
/// <param name="Suite">What it expects.</param>
/// <param name="Created">When this version was stored.</param>
/// <param name="By">Who stored it.</param>
public sealed record StoredSuite(int Version, string? Tag, Suites.ExpectationSuite Suite, DateTimeOffset Created, string By);

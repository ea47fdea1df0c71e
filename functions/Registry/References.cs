using Tidemark.Platform.Errors;

namespace Tidemark.Registry;

/// <summary>One version of one model, as a route names it.</summary>
public readonly record struct VersionReference(ModelName Model, ModelVersion Version)
{
    public static Outcome<VersionReference> Parse(string? model, string? version) =>
        ModelName.Parse(model).Then(m => ModelVersion.Parse(version).Map(v => new VersionReference(m, v)));

    public override string ToString() => $"{Model}/{Version}";
}

/// <summary>One alias of one model, as a route names it.</summary>
public readonly record struct AliasReference(ModelName Model, AliasName Alias)
{
    public static Outcome<AliasReference> Parse(string? model, string? alias) =>
        ModelName.Parse(model).Then(m => AliasName.Parse(alias).Map(a => new AliasReference(m, a)));
}

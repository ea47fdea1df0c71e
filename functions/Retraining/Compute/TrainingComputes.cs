using Microsoft.Extensions.Options;
using Tidemark.Platform.Errors;
using Tidemark.Retraining.Compute.External;

namespace Tidemark.Retraining.Compute;

/// <summary>The computes of this suite by name.</summary>
public sealed class TrainingComputes(IEnumerable<ITrainingCompute> computes, IOptions<ComputeOptions> options)
{
    private readonly Dictionary<string, ITrainingCompute> computes = computes.ToDictionary(c => c.Name, StringComparer.Ordinal);

    /// <param name="name">As a policy has it; null or empty for the suite's own.</param>
    public Outcome<ITrainingCompute> Find(string? name)
    {
        string wanted = string.IsNullOrEmpty(name) ? options.Value.Name : name;
        Outcome<string> known = computes.ContainsKey(wanted)
            ? wanted
            : new Failure(FailureKind.Unprocessable, "Unknown compute", $"This suite has no compute '{wanted}'; it has {string.Join(", ", computes.Keys.Order(StringComparer.Ordinal))}. {Remedy(wanted)}");
        return known.Map(found => computes[found]);
    }

    private static string Remedy(string wanted) => wanted switch
    {
        ExternalCompute.ComputeName => "Set Compute__External__Key to accept signed results.",
        "local" or "container-apps" => $"Set Compute__Name to {wanted}: workers take whatever run waits, so one kind of them works for a suite.",
        _ => "Correct the policy.",
    };
}

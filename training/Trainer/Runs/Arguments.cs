using Tidemark.Platform.Errors;

namespace Tidemark.Trainer.Runs;

/// <summary>The command line.</summary>
/// <param name="Spec">Path of the spec, or null to claim a run.</param>
/// <param name="Output">Folder of the run, or null.</param>
/// <param name="Threads">At least 1.</param>
/// <param name="Worker">Name under which a run is claimed.</param>
internal sealed record Arguments(string? Spec, string? Output, int Threads, string Worker)
{
    public const string Usage = "Usage: Tidemark.Trainer spec.json [--output FOLDER] [--threads N], or Tidemark.Trainer --claim [--worker NAME] [--threads N]. See docs/training-contract.md.";

    public static Outcome<Arguments> Parse(IReadOnlyList<string> words)
    {
        // In a Container Apps job the execution's name, by which the suite stops it.
        string worker = Environment.GetEnvironmentVariable("CONTAINER_APP_JOB_EXECUTION_NAME") is { Length: > 0 } execution ? execution : $"{Environment.MachineName}-{Environment.ProcessId}";
        var parsed = new Arguments(null, null, Environment.ProcessorCount, worker);
        bool claim = false;
        for (int k = 0; k < words.Count; k++)
        {
            string? value = k + 1 < words.Count ? words[k + 1] : null;
            switch (words[k])
            {
                case "--claim":
                    claim = true;
                    continue;
                case "--output" when value is not null:
                    parsed = parsed with { Output = value };
                    break;
                case "--worker" when value is not null:
                    parsed = parsed with { Worker = value };
                    break;
                case "--threads" when int.TryParse(value, out int threads) && threads is >= 0 and <= 1024:
                    parsed = parsed with { Threads = threads == 0 ? Environment.ProcessorCount : threads };
                    break;
                case var word when !word.StartsWith('-') && parsed.Spec is null:
                    parsed = parsed with { Spec = word };
                    continue;
                default:
                    return Wrong($"'{words[k]}'{(value is null ? "" : $" with '{value}'")} is not understood.");
            }

            k++;
        }

        return claim == parsed.Spec is null ? parsed : Wrong("Exactly one of a spec and --claim is needed.");
    }

    private static Failure Wrong(string what) => new(FailureKind.Malformed, "Command line", $"{what} {Usage}");
}

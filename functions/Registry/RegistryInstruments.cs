using System.Diagnostics.Metrics;

namespace Tidemark.Registry;

/// <summary>Metrics of the registry, meter <c>Tidemark.Registry</c>.</summary>
internal static class RegistryInstruments
{
    private static readonly Meter Meter = new("Tidemark.Registry");

    private static readonly Counter<long> SealedVersions = Meter.CreateCounter<long>("tidemark.registry.versions.sealed", "{version}", "Versions that passed verification and were sealed");

    private static readonly Counter<long> RejectedVersions = Meter.CreateCounter<long>("tidemark.registry.versions.rejected", "{version}", "Dropped files that can't be served");

    private static readonly Counter<long> RefusedMessages = Meter.CreateCounter<long>("tidemark.registry.intake.refused", "{message}", "Intake messages that name no model version");

    private static readonly Counter<long> AliasMoves = Meter.CreateCounter<long>("tidemark.registry.alias.moves", "{move}", "Moves of aliases, by kind");

    public static void Sealed() => SealedVersions.Add(1);

    public static void Rejected() => RejectedVersions.Add(1);

    public static void Refused() => RefusedMessages.Add(1);

    public static void Moved(MoveKind kind) => AliasMoves.Add(1, new KeyValuePair<string, object?>("kind", kind == MoveKind.Promotion ? "promotion" : "rollback"));
}

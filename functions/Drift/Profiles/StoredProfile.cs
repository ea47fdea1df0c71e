using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Platform.Tabular.Sketches;

namespace Tidemark.Drift.Profiles;

/// <summary>A profile as JSON with its long lists of numbers as base64 of their little-endian bytes: a third of the size, read at a tenth of the time.</summary>
internal sealed record StoredProfile(long Rows, IReadOnlyList<StoredColumn> Columns)
{
    public static StoredProfile Of(Profile profile) => new(profile.Rows, [.. profile.State.Columns.Select(StoredColumn.Of)]);

    public Profile ToProfile() => Profile.From(new ProfileState(Rows, [.. Columns.Select(c => c.ToState())]));
}

internal sealed record StoredColumn(
    string Name, CellCounts Cells, Moments Moments, StoredQuantiles Quantiles, StoredDistinct Distinct, StoredFrequent Texts, StoredFrequent Numbers)
{
    /// <summary>Numbers that are kept by themselves where there are too many to list all: enough to show a spike.</summary>
    private const int Spikes = 32;

    public static StoredColumn Of(ColumnProfileState column) => new(
        column.Name, column.Cells, column.Moments, StoredQuantiles.Of(column.Quantiles),
        new(column.Distinct.Hashes is { } hashes ? Bytes.Of(hashes) : null, column.Distinct.Registers),
        StoredFrequent.Of(column.Texts), StoredFrequent.Of(Shortened(column.Numbers)));

    public ColumnProfileState ToState() => new(
        Name, Cells, Moments, Quantiles.ToState(),
        new(Distinct.Hashes is { } hashes ? Bytes.To<ulong>(hashes) : null, Distinct.Registers), Texts.ToState(), Numbers.ToState());

    /// <summary>Leaves counts that are not exact anyway to the quantiles; the bound on the error of any count grows by the largest that goes.</summary>
    private static FrequentState Shortened(FrequentState numbers) => numbers.Error == 0 || numbers.Values.Count <= Spikes
        ? numbers
        : numbers with { Error = numbers.Error + numbers.Values[Spikes].Count, Values = [.. numbers.Values.Take(Spikes)] };
}

internal sealed record StoredQuantiles(int K, long Count, double? Min, double? Max, ulong Coins, byte[][] Levels)
{
    public static StoredQuantiles Of(QuantileState state) =>
        new(state.K, state.Count, Number(state.Min), Number(state.Max), state.Coins, [.. state.Levels.Select(l => Bytes.Of(l))]);

    public QuantileState ToState() => new(K, Count, Min ?? double.NaN, Max ?? double.NaN, Coins, [.. Levels.Select(Bytes.To<double>)]);

    private static double? Number(double value) => double.IsFinite(value) ? value : null;
}

internal sealed record StoredDistinct(byte[]? Hashes, byte[]? Registers);

/// <param name="Shown">Texts, in the order of the keys; null where numbers are counted.</param>
internal sealed record StoredFrequent(int Counters, long Total, long Error, byte[] Keys, byte[] Counts, IReadOnlyList<string>? Shown)
{
    public static StoredFrequent Of(FrequentState state) => new(
        state.Counters, state.Total, state.Error,
        Bytes.Of(state.Values.Select(v => v.Key).ToArray()), Bytes.Of(state.Values.Select(v => v.Count).ToArray()),
        state.Values.Any(v => v.Text.Length > 0) ? [.. state.Values.Select(v => v.Text)] : null);

    public FrequentState ToState()
    {
        long[] counts = Bytes.To<long>(Counts);
        return new(Counters, Total, Error, [.. Bytes.To<ulong>(Keys).Select((key, i) => new FrequentValue(key, Shown?[i] ?? "", counts[i]))]);
    }
}

file static class Bytes
{
    public static byte[] Of<T>(T[] values) where T : unmanaged => MemoryMarshal.AsBytes<T>(values).ToArray();

    public static T[] To<T>(byte[] bytes) where T : unmanaged => MemoryMarshal.Cast<byte, T>(bytes).ToArray();
}

/// <summary>A <see cref="ProfileDocument"/> as it is stored.</summary>
internal sealed record StoredDocument(
    string Model, string Version, string Source, DateTimeOffset? From, DateTimeOffset? To, int Files, int Unreadable, StoredProfile Inputs, StoredProfile Outputs,
    IReadOnlyDictionary<string, double>? Thresholds = null)
{
    public static StoredDocument Of(ProfileDocument document) => new(
        document.Model, document.Version, document.Source, document.From, document.To, document.Files, document.Unreadable,
        StoredProfile.Of(document.Inputs), StoredProfile.Of(document.Outputs), document.Thresholds);

    public ProfileDocument ToDocument() => new()
    {
        Model = Model,
        Version = Version,
        Source = Source,
        From = From,
        To = To,
        Files = Files,
        Unreadable = Unreadable,
        Inputs = Inputs.ToProfile(),
        Outputs = Outputs.ToProfile(),
        Thresholds = Thresholds,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(StoredDocument))]
internal sealed partial class ProfileJson : JsonSerializerContext;

using System.Text;
using Xunit;

namespace Tidemark.Tests.Faults.Batches;

/// <summary>The checker finds what it is there for: each planted violation, and nothing in a history without one.</summary>
public sealed class HistoryCheckerTests
{
    private static readonly BatchHistory Good = Build();

    /// <summary>Name of a violation, how to plant it, and words of the sentence that must come.</summary>
    private static readonly Dictionary<string, (Func<BatchHistory, BatchHistory> Plant, string Said)> Violations = new()
    {
        ["lost row"] = (h => h with { Scored = [.. h.Scored.Where((_, i) => i != 3)] }, "is lost"),
        ["row lost from quarantine"] = (h => h with { Quarantined = [.. h.Quarantined.Skip(1)] }, "is lost"),
        ["doubled row"] = (h => h with { Scored = [.. h.Scored.Take(4), h.Scored[3], .. h.Scored.Skip(4)] }, "is 2 times in the result"),
        ["row quarantined twice"] = (h => h with { Quarantined = [h.Quarantined[0], .. h.Quarantined] }, "is 2 times in quarantine"),
        ["row in both"] = (h => h with { Quarantined = [.. h.Quarantined, new(9, "model", h.Input[9].Text)] }, "in the result and in quarantine"),
        ["swapped rows"] = (h => h with { Scored = [h.Scored[1], h.Scored[0], .. h.Scored.Skip(2)] }, "out of order"),
        ["stranger in the result"] = (h => h with { Scored = [.. h.Scored, new("k99", 0.5)] }, "that the file has not"),
        ["stranger in quarantine"] = (h => h with { Quarantined = [.. h.Quarantined, new(10, "ragged", "x")] }, "that the file has not"),
        ["wrong score"] = (h => h with { Scored = [h.Scored[0] with { Score = 0.9 }, .. h.Scored.Skip(1)] }, "instead of"),
        ["score is no number"] = (h => h with { Scored = [h.Scored[0] with { Score = double.NaN }, .. h.Scored.Skip(1)] }, "instead of"),
        ["scores of two rows swapped"] = (h => h with { Scored = [h.Scored[0] with { Score = h.Scored[1].Score }, h.Scored[1] with { Score = h.Scored[0].Score }, .. h.Scored.Skip(2)] }, "instead of"),
        ["unfit row scored"] = (h => h with { Input = [h.Input[0] with { Expected = null }, .. h.Input.Skip(1)] }, "not fit to be scored"),
        ["good row quarantined"] = (h => h with { Input = [.. h.Input.Select(r => r with { Expected = r.Expected ?? 0.5 })] }, "is fit to be scored and is in quarantine"),
        ["no reason"] = (h => h with { Quarantined = [h.Quarantined[0] with { Reason = " " }, h.Quarantined[1]] }, "without a reason"),
        ["other text in quarantine"] = (h => h with { Quarantined = [h.Quarantined[0] with { Text = "k2,oops" }, h.Quarantined[1]] }, "is in quarantine as"),
        ["manifest without result"] = (h => h with { Result = null, Scored = [], Quarantined = [], Complete = false }, "a manifest without a result"),
        ["complete without result"] = (h => h with { Result = null, Scored = [], Quarantined = [], Manifest = null }, "has no result"),
        ["complete without manifest"] = (h => h with { Manifest = null }, "has no manifest"),
        ["manifest counts too many rows"] = (h => With(h, m => m with { Rows = 11 }), "counts 11 rows"),
        ["manifest counts too few scored"] = (h => With(h, m => m with { Scored = 7 }), "counts 7 scored rows"),
        ["manifest counts wrong quarantine"] = (h => With(h, m => m with { Quarantined = 3 }), "counts 3 quarantined rows"),
        ["manifest counts wrong reasons"] = (h => With(h, m => m with { Reasons = new Dictionary<string, long> { ["ragged"] = 2 } }), "reasons are"),
        ["wrong ETag"] = (h => With(h, m => m with { InputETag = "0x2" }), "by ETag 0x2"),
        ["wrong hash of the file"] = (h => With(h, m => m with { InputSha256 = m.Shards[0].Sha256 }), "hash of the file"),
        ["changed byte of the result"] = (h => h with { Result = [.. h.Result!.Take(40), (byte)'x', .. h.Result!.Skip(41)] }, "hash of the shard"),
        ["wrong hash of the result"] = (h => With(h, m => m with { ResultSha256 = m.InputSha256 }), "hash of the result"),
        ["other columns"] = (h => With(h, m => m with { Columns = ["key"] }), "The result begins with 'key,score'"),
        ["wrong hash of a shard"] = (h => With(h, m => m with { Shards = [m.Shards[0], m.Shards[1] with { Sha256 = m.Shards[0].Sha256 }] }), "hash of the shard from row 5"),
        ["shards that do not add up"] = (h => With(h, m => m with { Shards = [m.Shards[0], m.Shards[1] with { Rows = 4 }] }), "do not add up"),
        ["shard from the wrong row"] = (h => With(h, m => m with { Shards = [m.Shards[0], m.Shards[1] with { FirstRow = 4 }] }), "begins at row 4 instead of 5"),
        ["shards longer than the result"] = (h => With(h, m => m with { Shards = [m.Shards[0], m.Shards[1] with { Bytes = 10_000 }] }), "more than the result holds"),
    };

    public static TheoryData<string> Names => [.. Violations.Keys];

    [Fact]
    public void Nothing_is_found_where_nothing_is_wrong() => Assert.Empty(HistoryChecker.Check(Good));

    [Fact]
    public void Job_under_way_has_neither_result_nor_manifest() =>
        Assert.Empty(HistoryChecker.Check(Good with { Result = null, Scored = [], Quarantined = [], Manifest = null, Complete = false }));

    [Fact]
    public void Poisoned_shard_may_send_good_rows_to_quarantine() =>
        Assert.DoesNotContain(HistoryChecker.Check(With(Violations["good row quarantined"].Plant(Good), m => m with { State = "CompletedWithFailures" })), s => s.Contains("is fit", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void Planted_violation_is_found(string name)
    {
        var (plant, said) = Violations[name];

        Assert.Contains(HistoryChecker.Check(plant(Good)), sentence => sentence.Contains(said, StringComparison.Ordinal));
    }

    private static BatchHistory With(BatchHistory history, Func<ManifestFigures, ManifestFigures> change) => history with { Manifest = change(history.Manifest!) };

    /// <summary>Ten rows in two shards of five; rows 2 and 7 are in quarantine.</summary>
    private static BatchHistory Build()
    {
        InputRow[] input = [.. Enumerable.Range(0, 10).Select(i => new InputRow($"k{i}", i is 2 or 7 ? $"k{i}" : $"k{i},{i}", i is 2 or 7 ? null : i / 16.0))];
        ResultRow[] scored = [.. input.Where(r => r.Expected is not null).Select(r => new ResultRow(r.Key, r.Expected!.Value))];
        byte[] Lines(IEnumerable<ResultRow> rows) => Encoding.UTF8.GetBytes(string.Concat(rows.Select(r => $"{r.Key},{r.Score}\n")));
        byte[] first = Lines(scored.Take(4)), second = Lines(scored.Skip(4)), result = [.. "key,score\n"u8, .. first, .. second];
        string file = HistoryChecker.Hash("the file"u8);
        return new()
        {
            Input = input,
            InputSha256 = file,
            InputETag = "0x1",
            Result = result,
            Scored = scored,
            Quarantined = [new(2, "ragged", "k2"), new(7, "nul-byte", "k7")],
            Manifest = new("Completed", 10, 8, 2, new Dictionary<string, long> { ["ragged"] = 1, ["nul-byte"] = 1 }, "0x1", file, HistoryChecker.Hash(result), ["key", "score"],
                [new(0, 5, 4, 1, first.Length, HistoryChecker.Hash(first)), new(5, 5, 4, 1, second.Length, HistoryChecker.Hash(second))]),
        };
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular.Sketches;

namespace Tidemark.Platform.PredictionLog;

/// <summary>
/// Names one prediction: a UUID of version 7 (RFC 9562), whose first 48 bits are its time, and <c>-{row}</c> after it for a row of a request or
/// job of many. Its time says in which hour's folder of the prediction log the row lies.
/// </summary>
public readonly record struct PredictionId
{
    /// <value>Most characters of an id. 56.</value>
    public const int Longest = 36 + 1 + 19;

    private const ulong Variant = 1UL << 63;
    private const ulong Rest = (1UL << 62) - 1;

    private static readonly ulong Seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
    private static long made;

    private readonly ulong high;
    private readonly ulong low;
    private readonly long row; // from 1 on; 0 for the request itself

    private PredictionId(ulong high, ulong low, long row) => (this.high, this.low, this.row) = (high, low, row);

    /// <summary>When the prediction was asked for, to the millisecond.</summary>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeMilliseconds((long)(high >> 16));

    /// <summary>The row within its request or job, from 0 on; null when it was the only one.</summary>
    public long? Row => row == 0 ? null : row - 1;

    /// <summary>A new id. Unique among all hosts; allocates nothing and asks the system for no randomness.</summary>
    public static PredictionId New(DateTimeOffset now)
    {
        ulong bits = ValueHash.Mix(Seed + (ulong)Interlocked.Increment(ref made));
        return Of(now, bits, ValueHash.Mix(~bits));
    }

    /// <summary>The id of a job that runs in parts and repeats them: always the same for the same job.</summary>
    public static PredictionId OfJob(string job, DateTimeOffset created)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(job));
        return Of(created, BinaryPrimitives.ReadUInt64LittleEndian(hash), BinaryPrimitives.ReadUInt64LittleEndian(hash.AsSpan(8)));
    }

    /// <summary>The id of one row of this request or job, from 0 on.</summary>
    public PredictionId OfRow(long at) => new(high, low, at + 1);

    public static Outcome<PredictionId> Parse(string? text)
    {
        long row = -1;
        bool sound = text is { Length: >= 36 and <= Longest } && Guid.TryParseExact(text[..36], "D", out _)
            && (text.Length == 36 || (text[36] == '-' && long.TryParse(text.AsSpan(37), NumberStyles.None, CultureInfo.InvariantCulture, out row)));
        Span<byte> bytes = stackalloc byte[16];
        if (sound)
            Guid.Parse(text.AsSpan(0, 36)).TryWriteBytes(bytes, bigEndian: true, out _);
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(bytes), low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        return sound && ((high >> 12) & 15) == 7 && low >> 62 == 2
            ? new PredictionId(high, low, row + 1)
            : new Failure(
                FailureKind.Malformed, "Not a prediction id",
                $"'{(text is { Length: > 80 } ? text[..80] + "…" : text)}' is no prediction id: send one as the header tidemark-prediction-id gave it, with -0, -1… after it for a row of a request of many.");
    }

    /// <summary>Whether a log that keeps this share of the rows keeps this one: always the same answer for an id, and a smaller rate keeps a part of what a larger one keeps.</summary>
    /// <param name="rate">0 to 1.</param>
    public bool IsSampled(double rate) => (ValueHash.Mix(low ^ ValueHash.Mix((ulong)row)) >> 11) * (1.0 / (1UL << 53)) < rate;

    /// <summary>Writes the id as ASCII; returns its length, at most <see cref="Longest"/>.</summary>
    public int Format(Span<byte> utf8)
    {
        ToGuid().TryFormat(utf8, out int written);
        if (row == 0)
            return written;
        utf8[written++] = (byte)'-';
        (row - 1).TryFormat(utf8[written..], out int digits, default, CultureInfo.InvariantCulture);
        return written + digits;
    }

    public override string ToString() => row == 0 ? ToGuid().ToString() : string.Create(CultureInfo.InvariantCulture, $"{ToGuid()}-{row - 1}");

    private static PredictionId Of(DateTimeOffset time, ulong a, ulong b) =>
        new(((ulong)time.ToUnixTimeMilliseconds() << 16) | (7UL << 12) | (a & 0xFFF), Variant | (b & Rest), 0);

    private Guid ToGuid() => new(
        (uint)(high >> 32), (ushort)(high >> 16), (ushort)high,
        (byte)(low >> 56), (byte)(low >> 48), (byte)(low >> 40), (byte)(low >> 32), (byte)(low >> 24), (byte)(low >> 16), (byte)(low >> 8), (byte)low);
}

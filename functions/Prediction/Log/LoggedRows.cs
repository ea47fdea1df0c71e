using System.Buffers;

namespace Tidemark.Prediction.Log;

/// <summary>Lines of one request on their way to a file, in a rented array.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version that answered.</param>
/// <param name="Hour">Hour of the prediction ids.</param>
/// <param name="Rows">Number of lines.</param>
/// <param name="Rented">Array of the shared pool.</param>
/// <param name="Length">Bytes of it that are lines; each ends with a line feed.</param>
internal readonly record struct LoggedRows(string Model, string Version, DateTimeOffset Hour, int Rows, byte[] Rented, int Length)
{
    public ReadOnlySpan<byte> Lines => Rented.AsSpan(0, Length);

    public void Return() => ArrayPool<byte>.Shared.Return(Rented);
}

using System.Security.Cryptography;
using System.Text;

namespace Tidemark.Trainer.Runs;

/// <summary>
/// State that outlives the process: a file per unit of work in the run's folder, each written beside its name, flushed and renamed, so
/// that a kill leaves the old one or the new one. Data only, with a hash at the end; what does not fit this job is thrown away.
/// </summary>
internal sealed class Checkpoints
{
    private readonly string folder;
    private readonly Func<double> elapsed;
    private double earlier;

    private Checkpoints(string folder, Func<double> elapsed) => (this.folder, this.elapsed) = (folder, elapsed);

    /// <summary>How often this job was resumed.</summary>
    public int Resumptions { get; private set; }

    /// <summary>Seconds that this job has taken, those before interruptions included.</summary>
    public double Spent => earlier + elapsed();

    /// <summary>Goes on from what the same job left in the folder, or begins anew.</summary>
    public static Checkpoints Open(string folder, string job, Func<double> elapsed)
    {
        var checkpoints = new Checkpoints(folder, elapsed);
        bool same = false;
        checkpoints.Read("job", from =>
        {
            if (!(same = from.ReadString() == job)) return;
            (checkpoints.earlier, checkpoints.Resumptions) = (from.ReadDouble(), from.ReadInt32() + 1);
        });
        if (!same && Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        checkpoints.job = job;
        checkpoints.WriteJob();
        return checkpoints;
    }

    private string job = "";

    /// <summary>Reads a unit's state; false when there is none.</summary>
    public bool Read(string unit, Action<BinaryReader> read)
    {
        string path = PathOf(unit);
        if (!File.Exists(path)) return false;
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length < SHA256.HashSizeInBytes || !SHA256.HashData(bytes.AsSpan(..^SHA256.HashSizeInBytes)).AsSpan().SequenceEqual(bytes.AsSpan(^SHA256.HashSizeInBytes..))) return false;
        using var from = new BinaryReader(new MemoryStream(bytes, 0, bytes.Length - SHA256.HashSizeInBytes), Encoding.UTF8);
        read(from);
        return true;
    }

    public void Write(string unit, Action<BinaryWriter> write)
    {
        WriteFile(unit, write);
        WriteJob();
    }

    public void Delete() => Directory.Delete(folder, recursive: true);

    private void WriteJob() => WriteFile("job", to =>
    {
        to.Write(job);
        to.Write(Spent);
        to.Write(Resumptions);
    });

    private void WriteFile(string unit, Action<BinaryWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var to = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true)) write(to);
        buffer.Write(SHA256.HashData(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
        RunFolder.Replace(PathOf(unit), buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private string PathOf(string unit) => Path.Combine(folder, unit + ".bin");
}

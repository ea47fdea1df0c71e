namespace Tidemark.Local;

/// <summary>What the host writes: kept quiet while it starts (the welcome sums it up), shown once <see cref="Follow"/> is called.</summary>
internal sealed class HostLog
{
    private volatile bool following;

    public void Add(string line)
    {
        if (following) Screen.Line(Screen.Dim(line));
    }

    public void Follow() => following = true;
}

using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular.Readers;

namespace Tidemark.Platform.Tabular.Profiles;

/// <summary>
/// What one pass over data leaves: a <see cref="ColumnProfile"/> a column. Profiles of parts merge into the profile of the whole; counts
/// exactly and in any order, sketches within their stated errors.
/// </summary>
public sealed class Profile
{
    private readonly Dictionary<string, ColumnProfile> places = new(StringComparer.Ordinal);
    private readonly List<ColumnProfile> columns = [];

    /// <summary>Rows seen, those with a fault not included.</summary>
    public long Rows { get; private set; }

    /// <summary>In the order they were first met.</summary>
    public IReadOnlyList<ColumnProfile> Columns => columns;

    public ColumnProfile? Find(string name) => places.GetValueOrDefault(name);

    /// <summary>Cells of the column without a value, rows that lack the column altogether included.</summary>
    public long Missing(ColumnProfile column) => Rows - column.Cells.Present;

    public void Observe(Table batch) => Observe(batch, 0, batch.Rows);

    /// <param name="batch">Rows.</param>
    /// <param name="from">First row that is meant.</param>
    /// <param name="to">Row after the last one.</param>
    public void Observe(Table batch, int from, int to)
    {
        Rows += to - from;
        for (int i = 0; i < batch.Columns.Count; i++)
            At(batch.Names[i]).Observe(batch.Columns[i], from, to);
    }

    public void Merge(Profile other)
    {
        Rows += other.Rows;
        foreach (ColumnProfile column in other.columns)
            At(column.Name).Merge(column);
    }

    /// <summary>Profiles all that the reader gives; rows at fault are left out. The failure that stopped the reader, if one did.</summary>
    public static async Task<Outcome<Profile>> OfAsync(TableReader reader, CancellationToken cancellation)
    {
        var profile = new Profile();
        while (true)
        {
            Outcome<bool> more = await reader.ReadAsync(cancellation);
            if (!more.Ok)
                return more.As<Profile>();
            profile.Observe(reader.Batch); // also the empty one at the end, which names the columns of data without rows
            if (!more.Value)
                return profile;
        }
    }

    /// <summary>The columns that are asked for, of the same rows; they are shared with this profile.</summary>
    public Profile Select(Func<ColumnProfile, bool> wanted)
    {
        var some = new Profile { Rows = Rows };
        foreach (ColumnProfile column in columns.Where(wanted))
            some.Add(column);
        return some;
    }

    public ProfileState State => new(Rows, [.. columns.Select(c => c.State)]);

    public static Profile From(ProfileState state)
    {
        var profile = new Profile { Rows = state.Rows };
        foreach (ColumnProfileState column in state.Columns)
            profile.Add(ColumnProfile.From(column));
        return profile;
    }

    private ColumnProfile At(string name) => places.TryGetValue(name, out ColumnProfile? column) ? column : Add(new ColumnProfile(name));

    private ColumnProfile Add(ColumnProfile column)
    {
        places.Add(column.Name, column);
        columns.Add(column);
        return column;
    }
}

/// <summary>A <see cref="Profile"/> as data, to be stored as JSON.</summary>
public sealed record ProfileState(long Rows, IReadOnlyList<ColumnProfileState> Columns);

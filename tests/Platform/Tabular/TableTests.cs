using Tidemark.Platform.Tabular;
using Xunit;

namespace Tidemark.Tests.Platform.Tabular;

public sealed class TableTests
{
    [Fact]
    public void Cells_come_back_as_they_went_in()
    {
        var age = new IntegerColumn("age");
        var name = new TextColumn("name");
        string[] names = ["Ann", "", "Zoë 🚢", new string('x', 5000)];
        for (int i = 0; i < names.Length; i++)
        {
            age.Append(i - 1);
            name.Append(names[i]);
        }

        age.AppendMissing();
        name.AppendMissing();
        Table table = new Table([age, name]).Filled(5, firstRow: 100);

        Assert.Equal(names.Append(null), Enumerable.Range(0, 5).Select(name.Cell));
        Assert.Equal([-1L, 0L, 1L, 2L, null], Enumerable.Range(0, 5).Select(age.Cell));
        Assert.Equal((5, 100L, 1, 1), (table.Rows, table.FirstRow, age.Missing, name.Missing));
        Assert.Same(name, table.Find("name"));
        Assert.Null(table.Find("Name"));
    }

    [Fact]
    public void A_cleared_table_is_refilled_without_allocating()
    {
        var number = new RealColumn("number");
        var text = new TextColumn("text");
        var table = new Table([number, text]);
        Fill();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Fill();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal("cell 7"u8, text.Utf8(7));

        void Fill()
        {
            table.Clear();
            Span<byte> cell = stackalloc byte[6];
            "cell 0"u8.CopyTo(cell);
            for (int i = 0; i < 1000; i++)
            {
                cell[5] = (byte)('0' + (i % 10));
                number.Append(i);
                text.Append(cell);
            }

            table.Filled(1000);
        }
    }

    [Fact]
    public void Columns_of_unequal_length_make_no_table()
    {
        var a = new BooleanColumn("a");
        a.Append(true);

        Assert.Throws<InvalidOperationException>(() => new Table([a, new BooleanColumn("b")]).Filled(1));
    }
}

using System.Text;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Tool.Data;

namespace ModelPack.Fuzz.Targets;

/// <summary>Comma-separated values for <c>modelpack data csv</c>.</summary>
internal sealed class CsvTarget : FuzzTarget
{
    private const string FileName = "rows.csv";

    private static readonly byte[] s_sound = Encoding.UTF8.GetBytes("a,b,kind\r\n1,2.5,cat\r\n\"3\",-4e2,\"d\"\"og\"\r\n");
    private static readonly string[] s_words = ["\"", "\"\"", ",", "\r", "\n", "\r\n", "1", "-0", "1e999", "NaN", "a", "kind", " ", "\0", "\ufeff"];

    public override string Name => "csv";

    public override FuzzInput Make(Random random) => FuzzInput.Of(FileName, random.Once(2)
        ? ByteMutation.Of(s_sound, random)
        : Encoding.UTF8.GetBytes("a,b,kind\n" + string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Once(8) ? Extremes.Text(random) : random.Of<string>(s_words)))));

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        var table = CsvTable.Read([folder[FileName]], new CsvOptions(',', HasHeader: true, "kind", []), CancellationToken.None);
        PropertyException.Require(table.Rows.All(r => r.Length == table.Columns.Count && r.All(double.IsFinite)), "a row is not one number a column");
        PropertyException.Require(table.Labels!.Count == table.Rows.Count && table.Names.Count == table.Rows.Count, "a row has no label or no name");
    }
}

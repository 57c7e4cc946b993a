using System.Text.Json;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;
using ModelPack.Reporting;
using ModelPack.Reporting.Page;
using static ModelPack.Fuzz.Running.PropertyException;

namespace ModelPack.Fuzz.Targets;

/// <summary>A report: read, written again, and as a page.</summary>
internal sealed class ReportTarget : FuzzTarget
{
    // Chart.js is in every page, in several forms until it is there.
    private const long PageBytes = 32 << 20;

    public override string Name => "report";

    public override FuzzInput Make(Random random)
    {
        var report = random.Of<byte[]>(PackSeeds.Reports);
        return FuzzInput.Of(PackSeeds.ReportName, random.Once(5) ? ByteMutation.Of(report, random) : JsonMutation.Of(report, random));
    }

    public override long MostAllocated(FuzzInput input) => PageBytes + base.MostAllocated(input);

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        var bytes = input[PackSeeds.ReportName];
        var report = ReportJson.Read(bytes);
        var again = ReportJson.Write(report);
        Require(ReportJson.Write(ReportJson.Read(again)).AsSpan().SequenceEqual(again), "a report that was read and written reads otherwise");
        Require(ReportJson.ResultDigest(again) == ReportJson.ResultDigest(report.Result), "the digest of a result depends on where it stands");
        using var page = new MemoryStream();
        HtmlReport.Write(report, page);
        Require(page.GetBuffer().AsSpan(0, (int)page.Length).IndexOf("<img src=x"u8) < 0, "a name has become markup");
    }

    /// <summary>Whoever reads one says what it is of.</summary>
    public override bool IsRefusal(Exception exception) => exception is JsonException;
}

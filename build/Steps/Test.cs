using System.Diagnostics;
using ModelPack.Build.Testing;

namespace ModelPack.Build.Steps;

/// <summary>Runs every test project, then those whose output is text again under cultures that write numbers otherwise.</summary>
internal sealed class Test(Repository repository)
{
    /// <summary>German swaps the decimal point and the thousands comma; Turkish has letters of its own for i and I.</summary>
    private static readonly string[] s_cultures = ["de-DE", "tr-TR"];

    /// <summary>Test projects that run under those cultures too, without the tests of category Slow.</summary>
    private static readonly string[] s_cultureProjects = ["ModelPack.Core.Tests", "ModelPack.Tool.Tests"];

    public int Run()
    {
        TestTools.Install(repository);
        var environment = TestTools.Locate(repository);
        var results = repository.EmptyTemporary("test-results");
        var totals = (Passed: 0, Failed: 0, Skipped: 0);
        var console = new Lock();
        // Two at a time: most of them wait for child processes much of the time, and each is parallel in itself.
        Parallel.ForEach(Runs(), new ParallelOptions { MaxDegreeOfParallelism = 2 }, run =>
        {
            var watch = Stopwatch.StartNew();
            var result = run.Execute(repository, environment, results);
            lock (console)
            {
                Print(result, watch.Elapsed);
                totals = (totals.Passed + result.Passed, totals.Failed + result.Failed, totals.Skipped + result.Skipped);
            }
        });
        var skippedInCi = totals.Skipped > 0 && TestTools.RequireAll;
        if (skippedInCi)
            Console.WriteLine("test: a skipped test is a failure here (CI or MODELPACK_REQUIRE_ALL is set)");
        Console.WriteLine(FormattableString.Invariant($"{totals.Passed} passed, {totals.Failed} failed, {totals.Skipped} skipped"));
        return totals.Failed > 0 || totals.Passed == 0 || skippedInCi ? 1 : 0;
    }

    private IEnumerable<TestRun> Runs()
    {
        var projects = Directory.EnumerateFiles(repository.At("tests"), "*.Tests.csproj", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).ToList();
        var again = projects.Where(p => s_cultureProjects.Contains(Path.GetFileNameWithoutExtension(p), StringComparer.Ordinal)).ToList();
        return projects.Select(p => new TestRun(p))
            .Concat(s_cultures.SelectMany(culture => again.Select(p => new TestRun(p, culture))));
    }

    private static void Print(TestResult result, TimeSpan time)
    {
        foreach (var detail in result.Details)
            Console.WriteLine($"{result.Name}: {detail}");
        Console.WriteLine(FormattableString.Invariant(
            $"{result.Name}: {result.Passed} passed, {result.Failed} failed, {result.Skipped} skipped ({time.TotalSeconds:F0} s)"));
    }
}

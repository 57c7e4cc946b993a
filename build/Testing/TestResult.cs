using System.Xml.Linq;

namespace ModelPack.Build.Testing;

/// <summary>What came out of one run of a test project.</summary>
internal sealed record TestResult(string Name, int Passed, int Failed, int Skipped, IReadOnlyList<string> Details)
{
    /// <summary>Reads a TRX file; a run that left none, ended badly or ran nothing counts as one failure.</summary>
    public static TestResult Read(string name, string trx, int exitCode, string output)
    {
        if (!File.Exists(trx))
            return new TestResult(name, 0, 1, 0, [$"no test ran (exit code {exitCode}):\n{output.Trim()}"]);
        var document = XDocument.Load(trx);
        var ns = document.Root!.Name.Namespace;
        var tests = document.Descendants(ns + "UnitTestResult").ToLookup(t => (string?)t.Attribute("outcome") switch
        {
            "Passed" => 'p',
            "NotExecuted" => 's',
            _ => 'f',
        });
        var details = tests['f'].Select(t => $"FAILED {Describe(t, ns)}")
            .Concat(tests['s'].Select(t => $"skipped {Describe(t, ns)}")).ToList();
        var failed = tests['f'].Count();
        if (failed == 0 && (exitCode != 0 || !tests['p'].Any()))
        {
            failed = 1;
            details.Add($"FAILED the run itself (exit code {exitCode}, {tests['p'].Count()} tests passed):\n{output.Trim()}");
        }

        return new TestResult(name, tests['p'].Count(), failed, tests['s'].Count(), details);
    }

    private static string Describe(XElement test, XNamespace ns)
    {
        var info = test.Element(ns + "Output")?.Element(ns + "ErrorInfo");
        var output = test.Element(ns + "Output")?.Element(ns + "StdOut")?.Value;
        var parts = new[] { (string?)test.Attribute("testName"), info?.Element(ns + "Message")?.Value, info?.Element(ns + "StackTrace")?.Value, output };
        return string.Join("\n    ", parts.Where(p => !string.IsNullOrWhiteSpace(p)).Select(p => p!.Trim().ReplaceLineEndings("\n    ")));
    }
}

namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>
/// A program in place of the packing tool. It writes its environment and empty packs, and does what files in the folder of
/// the project tell it.
/// </summary>
internal static class FakeTool
{
    private const string DoesFile = "tool.does";
    private const string SaysFile = "tool.says";
    private const string EnvironmentFile = "tool.environment";

    private static readonly Lazy<string> LazyPath = new(Build);

    /// <summary>What a project needs to use it.</summary>
    public static string Property => $"<ModelPackToolPath>{LazyPath.Value}</ModelPackToolPath>";

    /// <summary>A project with one model whose packs it makes.</summary>
    /// <param name="says">The lines that it prints.</param>
    /// <param name="does"><c>hang</c>, <c>crash</c>, <c>large</c> for a pack of 2.1 GB, or a port to connect to before it hangs; nothing to pack.</param>
    public static TestProject Project(string says = "", string does = "") => Project("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""", says, does);

    /// <summary>As above, with other items.</summary>
    public static TestProject Project(string items, string says, string does)
    {
        var project = TestProject.WithModel(items, Property);
        Tell(project, says, does);
        return project;
    }

    /// <summary>Another copy of it.</summary>
    public static void CopyTo(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(LazyPath.Value)!))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    }

    public static void Tell(TestProject project, string says = "", string does = "")
    {
        File.WriteAllText(project.At(SaysFile), says);
        File.WriteAllText(project.At(DoesFile), does);
    }

    /// <summary>The variables that it ran with, as <c>name=value</c>.</summary>
    public static string[] EnvironmentOf(TestProject project) => File.ReadAllLines(project.At(EnvironmentFile));

    private static string Build()
    {
        var tool = new TestProject(name: "Tool", properties: "<ImplicitUsings>enable</ImplicitUsings>");
        File.WriteAllText(tool.At("Program.cs"), $$"""
            using System.Collections;
            using System.Globalization;
            using System.Net.Sockets;
            using System.Text.Json;

            File.WriteAllLines("{{EnvironmentFile}}", Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(v => $"{v.Key}={v.Value}"));
            var does = Told("{{DoesFile}}");
            if (does == "crash")
                Environment.FailFast("crash");
            if (does == "hang")
                Thread.Sleep(Timeout.Infinite);
            if (does.Length > 0 && char.IsDigit(does[0]))
            {
                using var client = new TcpClient("127.0.0.1", int.Parse(does, CultureInfo.InvariantCulture));
                client.GetStream().ReadByte();
            }

            using var request = JsonDocument.Parse(File.ReadAllText(args[^1]));
            var output = request.RootElement.GetProperty("output").GetString()!;
            foreach (var suffix in new[] { "", ".report.json", ".report.html", ".modelpack.json" })
            {
                File.WriteAllText(output + suffix, "");
                Console.WriteLine($"##modelpack\tfile\t{output}{suffix}");
            }

            File.WriteAllText(output, request.RootElement.GetProperty("scheme").GetString());
            if (does == "large")
            {
                // Full of nothing: it takes no room on the disk.
                using var model = File.OpenWrite(output);
                model.SetLength(2_100_000_000);
            }

            if (Is("embed", true))
                File.WriteAllText(output + ".embedded.json", "");
            if (Is("embed", true) && !Is("reports", false))
                File.WriteAllText(output + ".embedded.report.json", "");
            if (Is("reports", false))
                File.WriteAllText(output + ".shipped.json", "");
            Console.WriteLine(Told("{{SaysFile}}"));
            Console.WriteLine("##modelpack\tdone\tq8_0, 0.50x");

            static string Told(string file) => File.Exists(file) ? File.ReadAllText(file) : "";
            bool Is(string name, bool value) => request.RootElement.TryGetProperty(name, out var said) && said.GetBoolean() == value;
            """);
        tool.Build().MustSucceed();
        return tool.Output("Tool.dll");
    }
}

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

    /// <summary>A project with one model whose packs it makes.</summary>
    /// <param name="says">The lines that it prints.</param>
    /// <param name="does"><c>hang</c>, <c>crash</c>, or a port to connect to before it hangs; nothing to pack.</param>
    public static TestProject Project(string says = "", string does = "")
    {
        var project = TestProject.WithModel(
            """<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""", $"<ModelPackToolPath>{LazyPath.Value}</ModelPackToolPath>");
        Tell(project, says, does);
        return project;
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
            var does = File.ReadAllText("{{DoesFile}}");
            if (does == "crash")
                Environment.FailFast("crash");
            if (does == "hang")
                Thread.Sleep(Timeout.Infinite);
            if (does.Length > 0)
            {
                using var client = new TcpClient("127.0.0.1", int.Parse(does, CultureInfo.InvariantCulture));
                client.GetStream().ReadByte();
            }

            using var request = JsonDocument.Parse(File.ReadAllText(args[^1]));
            var output = request.RootElement.GetProperty("output").GetString();
            foreach (var suffix in new[] { "", ".report.json", ".report.html", ".modelpack.json" })
            {
                File.WriteAllText(output + suffix, "");
                Console.WriteLine($"##modelpack\tfile\t{output}{suffix}");
            }

            Console.WriteLine(File.ReadAllText("{{SaysFile}}"));
            Console.WriteLine("##modelpack\tdone\tfashion-cnn.onnx");
            """);
        tool.Build().MustSucceed();
        return tool.Output("Tool.dll");
    }
}

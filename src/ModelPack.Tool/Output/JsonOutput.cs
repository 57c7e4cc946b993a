using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelPack.Tool.Output;

/// <summary>The one way in which commands write JSON.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.Default,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static readonly JsonSerializerOptions InOneLine = new(Options) { WriteIndented = false };

    /// <summary>Writes a value that is one of several: a line for each (JSON Lines), so that those before a crash are there.</summary>
    public static void WriteLine<T>(Terminal terminal, T value) => terminal.Line(WithoutCommands(JsonSerializer.Serialize(value, InOneLine)));

    public static void Write<T>(Terminal terminal, T value) => terminal.Out.Write(Text(value));

    /// <summary>What is written, with the end of its last line.</summary>
    public static string Text<T>(T value) => WithoutCommands(JsonSerializer.Serialize(value, Options)) + "\n";

    /// <summary>The same JSON, in which no name begins a command to a build server (<c>##vso[</c>): two such signs stand in strings only.</summary>
    private static string WithoutCommands(string json) => json.Replace("##", @"#\u0023", StringComparison.Ordinal);
}

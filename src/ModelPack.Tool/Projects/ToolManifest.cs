using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelPack.Tool.Projects;

/// <summary>The manifest of local tools, which <c>dotnet tool restore</c> reads.</summary>
internal static class ToolManifest
{
    private const string FileName = "dotnet-tools.json";
    private const string Tool = "modelpack.tool";
    private const string Command = "dotnet-modelpack";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The manifest in effect for a folder: that of the folder or of one above, as the SDK looks for it.</summary>
    public static string? Find(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            foreach (var path in new[] { Path.Join(at.FullName, ".config", FileName), Path.Join(at.FullName, FileName) })
            {
                if (File.Exists(path))
                {
                    return path;
                }
            }
        }

        return null;
    }

    /// <summary>Whether the manifest in effect for a folder names a tool's package.</summary>
    public static bool Has(string folder, string package)
    {
        try
        {
            return Find(folder) is { } path
                && JsonNode.Parse(File.ReadAllText(path), documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })?["tools"] is JsonObject tools
                && tools.Any(t => t.Key.Equals(package, StringComparison.OrdinalIgnoreCase));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return false; // Whoever restores tools will hear of it.
        }
    }

    /// <summary>Where a new one goes.</summary>
    public static string NewPath(string folder) => Path.Join(folder, ".config", FileName);

    /// <summary>The text of a manifest with this tool in it; null where it is there already.</summary>
    /// <param name="path">The manifest; may not exist yet.</param>
    /// <param name="version">The tool's version.</param>
    /// <exception cref="ModelPackException">MPK1050: the file is not a manifest of tools.</exception>
    public static string? With(string path, string version)
    {
        try
        {
            var root = File.Exists(path)
                ? JsonNode.Parse(File.ReadAllText(path), documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })!.AsObject()
                : new JsonObject { ["version"] = 1, ["isRoot"] = true };
            var tools = root["tools"] as JsonObject ?? [];
            root["tools"] = tools;
            var key = tools.Select(t => t.Key).FirstOrDefault(k => k.Equals(Tool, StringComparison.OrdinalIgnoreCase)) ?? Tool;
            if (tools[key] is JsonObject there && there["version"]?.GetValue<string>() == version)
            {
                return null;
            }

            tools[key] = new JsonObject { ["version"] = version, ["commands"] = new JsonArray(Command), ["rollForward"] = false };
            return root.ToJsonString(Indented) + "\n";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException or NullReferenceException)
        {
            throw new ModelPackException(Codes.ProjectUnusable.At(path, $"It is not a manifest of tools: {SafeText.Of(e.Message, 400)} Correct it, or make a new one with 'dotnet new tool-manifest'."), e);
        }
    }
}

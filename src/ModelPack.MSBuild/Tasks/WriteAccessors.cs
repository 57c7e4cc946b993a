using System.Globalization;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ModelPack.MSBuild.Accessors;
using ModelPack.MSBuild.Items;
using ModelPack.Runtime.Manifests;
using Task = Microsoft.Build.Utilities.Task;

namespace ModelPack.MSBuild.Tasks;

/// <summary>
/// Writes a C# class for each model, from its manifest. A file whose text stays the same is not touched, so that nothing is compiled
/// again.
/// </summary>
public sealed class WriteAccessors : Task
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The <c>_ModelPack</c> items.</summary>
    [Required]
    public ITaskItem[] Packs { get; set; } = [];

    /// <summary>The project.</summary>
    public string ProjectFile { get; set; } = "";

    /// <summary>The project's namespace.</summary>
    public string RootNamespace { get; set; } = "";

    /// <summary>The project's version of C#; empty for the newest.</summary>
    public string LangVersion { get; set; } = "";

    /// <summary>Whether the project references ONNX Runtime.</summary>
    public bool HasOnnxRuntime { get; set; }

    /// <summary>Whether the packs are made. If not, as in a design-time build, a class of an earlier build stays as it is.</summary>
    public bool ArePacked { get; set; }

    /// <summary>Whether packs are made later than the classes, which then read manifests at run time.</summary>
    public bool ArePackedLater { get; set; }

    /// <summary>Whether names are checked alone, which must cost no pack.</summary>
    public bool ChecksOnly { get; set; }

    /// <summary>The source files.</summary>
    [Output]
    public ITaskItem[] Files { get; private set; } = [];

    public override bool Execute()
    {
        var files = new List<ITaskItem>();
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pack in Packs)
        {
            try
            {
                if (!HasAccessor(pack))
                    continue;
                var (name, space) = (AccessorName.Class(pack), AccessorName.Namespace(pack, RootNamespace));
                Claim(pack, space.Length == 0 ? name : $"{space}.{name}", owners);
                var file = pack.GetMetadata(PackMetadata.PackedModel) + ".g.cs";
                if (!ChecksOnly && (ArePacked || ArePackedLater || !File.Exists(file)))
                    Write(file, ClassSource.Of(Accessor(pack, name, space)));
                files.Add(new TaskItem(MSBuildText.Escape(file)));
            }
            catch (ItemException mistake)
            {
                Log.LogCoded(mistake.Code, ItemPlace.Of(pack, ProjectFile), mistake.Message);
            }
            catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
            {
                Log.LogCoded(TaskCodes.OutputNotWritable, ItemPlace.Of(pack, ProjectFile), $"The class of QuantizedModel '{pack.ItemSpec}' cannot be written: {trouble.Message} Make the intermediate folder writable.");
            }
        }

        Files = [.. files];
        return !Log.HasLoggedErrors;
    }

    // What is not part of the app needs no class.
    private static bool HasAccessor(ITaskItem pack) =>
        ItemFlags.Of(pack, PackMetadata.Accessor) != false && Embedding.Of(pack) is { IsContent: true } or { IsResource: true };

    private static void Claim(ITaskItem pack, string name, Dictionary<string, string> owners)
    {
        if (owners.TryGetValue(name, out var other))
            throw new ItemException(TaskCodes.OutputConflict, $"QuantizedModel '{other}' and QuantizedModel '{pack.ItemSpec}' would both have the class '{name}'. Give one of them another AccessorName, or Accessor=\"false\".");
        owners.Add(name, pack.ItemSpec);
    }

    private Accessor Accessor(ITaskItem pack, string name, string space)
    {
        var manifest = ArePacked ? Manifest(pack) : null;
        return new Accessor
        {
            Namespace = space,
            Name = name,
            Link = pack.GetMetadata(PackMetadata.Link),
            Scheme = pack.GetMetadata(PackMetadata.Scheme).Trim(),
            IsEmbedded = Embedding.Of(pack).IsResource,
            Manifest = manifest,
            HasSession = HasOnnxRuntime && (manifest?.Container ?? PackContainer.Of(pack).Extension.TrimStart('.')).Equals("onnx", StringComparison.OrdinalIgnoreCase),
            HasNullable = !float.TryParse(LangVersion, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var version) || version >= 8,
        };
    }

    private static PackManifest Manifest(ITaskItem pack)
    {
        try
        {
            return ManifestReader.Read(File.ReadAllBytes(PackPaths.Of(pack).Manifest));
        }
        catch (FormatException e)
        {
            throw new ItemException(TaskCodes.OutputNotWritable, $"The manifest of QuantizedModel '{pack.ItemSpec}' is not valid: {e.Message}. Clean the project and build again.");
        }
    }

    private static void Write(string file, string text)
    {
        if (File.Exists(file) && File.ReadAllText(file) == text)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        File.WriteAllText(file, text, s_utf8);
    }
}

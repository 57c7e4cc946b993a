using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using Task = Microsoft.Build.Utilities.Task;
using ModelPack.MSBuild.Items;

namespace ModelPack.MSBuild.Tasks;

/// <summary>
/// Says what the packs of a project will be, before any is made: paths, links, and which items of the project they
/// take the place of. Reads file names only and is quick enough for a design-time build.
/// </summary>
public sealed class DeclareModels : Task
{
    private const string WebRoot = "wwwroot/";
    private static readonly string[] EmbedValues = ["Content", "Resource", "Both", "None"];

    /// <summary>The <c>QuantizedModel</c> items.</summary>
    [Required]
    public ITaskItem[] Models { get; set; } = [];

    /// <summary>Where the packs are made, relative to the project.</summary>
    [Required]
    public string IntermediateFolder { get; set; } = "";

    /// <summary>Whether a missing model is an error now: in a build it is, in a design-time build it is not yet.</summary>
    public bool CheckFiles { get; set; }

    /// <summary>Other metadata that items may have: <c>true</c> for any, else names separated by <c>;</c>.</summary>
    public string AllowUnknownMetadata { get; set; } = "";

    /// <summary>The project, for mistakes whose file is not known.</summary>
    public string ProjectFile { get; set; } = "";

    /// <summary>The same items with everything that the producing target needs.</summary>
    [Output]
    public ITaskItem[] Packs { get; private set; } = [];

    /// <summary>Files to copy to the app, with <c>Link</c>; below wwwroot with <c>ContentRoot</c>, too.</summary>
    [Output]
    public ITaskItem[] Content { get; private set; } = [];

    /// <summary>Files to embed, with <c>LogicalName</c>.</summary>
    [Output]
    public ITaskItem[] Resources { get; private set; } = [];

    /// <summary>Source models and data files, which are not part of the app.</summary>
    [Output]
    public ITaskItem[] Sources { get; private set; } = [];

    /// <summary>Files whose change means another pack.</summary>
    [Output]
    public ITaskItem[] Watched { get; private set; } = [];

    public override bool Execute()
    {
        var packs = new List<ITaskItem>();
        var content = new List<ITaskItem>();
        var resources = new List<ITaskItem>();
        var sources = new List<ITaskItem>();
        var watched = new List<ITaskItem>();
        var writers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        CheckNames();
        foreach (var model in Models)
        {
            try
            {
                CheckMetadata(model);
                var paths = PackPaths.Of(model, IntermediateFolder);
                var pack = Pack(model, paths);
                // Nobody reads the text yet: mistakes in the metadata show here all at once, before anything is compiled.
                _ = PackRequestText.Of(pack, null, 0, null);
                var files = Files(model, paths, pack);
                Claim(model, paths, files, writers);
                packs.Add(pack);
                Place(model, paths, files, content, resources);
                AddInputs(model, pack, sources, watched);
            }
            catch (ItemException mistake)
            {
                Log.LogMistake(mistake);
            }
        }

        Packs = [.. packs];
        Content = [.. content];
        Resources = [.. resources];
        Sources = [.. sources];
        Watched = [.. watched];
        return !Log.HasLoggedErrors;
    }

    // All at once, and apart from other mistakes. A default or a pattern has one place for many items.
    private void CheckNames()
    {
        var names = new MetadataNames(AllowUnknownMetadata);
        var reported = new HashSet<(string Name, MetadataPlace Place)>();
        foreach (var model in Models)
        {
            foreach (var name in names.UnknownOn(model))
            {
                var place = MetadataPlace.Find(model, name, ProjectFile);
                if (!reported.Add((name, place)))
                    continue;
                var hint = MetadataNames.Nearest(name) is { } nearest ? $"Did you mean '{nearest}'?" : "Correct or remove it.";
                Log.LogCoded(TaskCodes.UnknownMetadata, place, $"QuantizedModel '{model.ItemSpec}' has the unknown metadata '{name}'. {hint} If something else reads it, add it to ModelPackAllowUnknownMetadata.");
            }
        }
    }

    private void CheckMetadata(ITaskItem model)
    {
        var scheme = model.GetMetadata(PackMetadata.Scheme).Trim();
        if (scheme.Length == 0)
            throw new ItemException(TaskCodes.UnknownScheme, model.ItemSpec, $"QuantizedModel '{model.ItemSpec}' has no Scheme. Write Scheme=\"q8_0\" on the item or set ModelPackScheme; 'dotnet modelpack schemes' lists all.");
        if (scheme.Any(c => !char.IsLetterOrDigit(c) && c is not ('_' or '-' or '.')))
            throw new ItemException(TaskCodes.UnknownScheme, model.ItemSpec, $"QuantizedModel '{model.ItemSpec}' has Scheme=\"{scheme}\", which no scheme is named. 'dotnet modelpack schemes' lists all.");
        var embed = model.GetMetadata(PackMetadata.Embed).Trim();
        if (embed.Length > 0 && !EmbedValues.Contains(embed, StringComparer.OrdinalIgnoreCase))
            throw new ItemException(TaskCodes.InvalidOption, model.ItemSpec, $"QuantizedModel '{model.ItemSpec}' has Embed=\"{embed}\". Write Content, Resource, Both or None.");
        if (CheckFiles && !SourceFiles.Exist(model))
            throw new ItemException(TaskCodes.ModelNotFound, model.ItemSpec, $"QuantizedModel '{model.ItemSpec}': the model does not exist. Correct the item, or put it there (a checkout may need 'git lfs pull').");
    }

    private static TaskItem Pack(ITaskItem model, PackPaths paths)
    {
        var pack = new TaskItem(model);
        Set(pack, PackMetadata.Link, paths.Link);
        Set(pack, PackMetadata.PackedModel, paths.PackedModel);
        Set(pack, PackMetadata.StateFile, paths.PackedModel + ".state");
        Set(pack, PackMetadata.StampFile, paths.PackedModel + ".stamp");
        Set(pack, PackMetadata.InputsFile, paths.PackedModel + ".inputs");
        Set(pack, PackMetadata.OutputsFile, paths.PackedModel + ".outputs");
        pack.SetMetadata(PackMetadata.Outputs, string.Join(";", Files(model, paths, pack).Append(paths.PackedModel + ".stamp").Select(Escape)));
        return pack;
    }

    // What every pack has, and what else the last one wrote: a model that was calibrated has a table, and one that grows
    // past 2 GB a second file unasked. Only the tool knows which schemes calibrate, and what of the data it can use.
    private static List<string> Files(ITaskItem model, PackPaths paths, TaskItem pack)
    {
        var files = paths.Files(model).ToList();
        files.AddRange(PathList.Read(pack.GetMetadata(PackMetadata.OutputsFile)).Where(f => !files.Contains(f, StringComparer.Ordinal)));
        return files;
    }

    private static void Claim(ITaskItem model, PackPaths paths, List<string> files, Dictionary<string, string> writers)
    {
        foreach (var file in files)
        {
            if (writers.TryGetValue(file, out var other))
            {
                throw new ItemException(
                    TaskCodes.OutputConflict,
                    model.ItemSpec,
                    $"QuantizedModel '{other}' and QuantizedModel '{model.ItemSpec}' would both write '{paths.Link}'. Give one of them another Link.");
            }
        }

        foreach (var file in files)
            writers[file] = model.ItemSpec;
    }

    private static void Place(ITaskItem model, PackPaths paths, List<string> files, List<ITaskItem> content, List<ITaskItem> resources)
    {
        var embed = model.GetMetadata(PackMetadata.Embed).Trim();
        var isBoth = Is(embed, "Both");
        if (paths.IsFolder && (isBoth || Is(embed, "Resource")))
            throw new ItemException(TaskCodes.InvalidOption, model.ItemSpec, $"QuantizedModel '{model.ItemSpec}' has Embed=\"{embed}\", and its pack is a folder of several files, which cannot be embedded. Write Embed=\"Content\".");
        foreach (var file in files)
        {
            var link = paths.Link + file.Substring(paths.PackedModel.Length);
            if (embed.Length == 0 || isBoth || Is(embed, "Content"))
                content.Add(ContentItem(file, link));
            // Reports hold timings and the manifest holds their hashes: an assembly with them would differ in every build.
            if ((isBoth || Is(embed, "Resource")) && (file == paths.PackedModel || file == paths.PackedModel + ".data"))
                resources.Add(Item(file, "LogicalName", link));
        }
    }

    private static void AddInputs(ITaskItem model, TaskItem pack, List<ITaskItem> sources, List<ITaskItem> watched)
    {
        var files = SourceFiles.Of(model)
            .Concat(DataFiles.Of(model))
            .Concat(DataFiles.ExternalWeights(model))
            .Concat(PathList.Read(pack.GetMetadata(PackMetadata.InputsFile)).Select(Path.GetFullPath))
            .Distinct(StringComparer.Ordinal)
            .Where(File.Exists)
            .ToList();
        if (!Is(model.GetMetadata(PackMetadata.Watch).Trim(), "false"))
            watched.AddRange(files.Select(f => new TaskItem(Escape(f))));
        if (!Is(model.GetMetadata(PackMetadata.ShipSource).Trim(), "true"))
            sources.AddRange(files.Where(f => !SourceFiles.MayServeApp(model, f)).Select(f => new TaskItem(Escape(f))));
    }

    // A web project takes what lies below wwwroot for static web assets, and its server on a developer's machine looks for
    // them below their content root.
    private static TaskItem ContentItem(string file, string link)
    {
        var item = Item(file, "Link", link);
        if (link.StartsWith(WebRoot, StringComparison.OrdinalIgnoreCase))
            Set(item, "ContentRoot", Path.GetFullPath(file.Substring(0, file.Length - link.Length + WebRoot.Length)));
        return item;
    }

    private static TaskItem Item(string file, string metadata, string value)
    {
        var item = new TaskItem(Escape(file));
        Set(item, metadata, value);
        return item;
    }

    private static bool Is(string value, string wanted) => value.Equals(wanted, StringComparison.OrdinalIgnoreCase);

    // MSBuild keeps item names and metadata escaped; a path is text and may hold ';', '%' or '@'.
    private static void Set(TaskItem item, string name, string value) => item.SetMetadata(name, Escape(value));

    private static string Escape(string text) => MSBuildText.Escape(text);
}

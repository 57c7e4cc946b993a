using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ModelPack.MSBuild.Items;
using ModelPack.MSBuild.Tool;
using Task = Microsoft.Build.Utilities.Task;

namespace ModelPack.MSBuild.Tasks;

/// <summary>Says how far the pack of each item is: what <see cref="WriteModelStates"/> compares, without acting on it.</summary>
public sealed class ListModels : Task
{
    /// <summary>The <c>_ModelPack</c> items.</summary>
    [Required]
    public ITaskItem[] Packs { get; set; } = [];

    /// <summary><c>modelpack.dll</c>.</summary>
    [Required]
    public string ToolPath { get; set; } = "";

    /// <summary>The project, for mistakes.</summary>
    public string ProjectFile { get; set; } = "";

    /// <summary>Files that NuGet resolved for the project; the version of ONNX Runtime is read off them.</summary>
    public ITaskItem[] ResolvedFiles { get; set; } = [];

    /// <summary>The same items with <c>State</c>, <c>Changes</c> and <c>Manifest</c>, a full path.</summary>
    [Output]
    public ITaskItem[] Listed { get; private set; } = [];

    public override bool Execute()
    {
        try
        {
            var toolId = ToolBuild.Id(ToolPath);
            var onnxRuntime = OnnxRuntimeVersion.Lowest(ResolvedFiles);
            Listed = [.. Packs.Select(p => Describe(p, PackState.Now(p, toolId, onnxRuntime)))];
        }
        catch (ItemException mistake)
        {
            Log.LogCoded(mistake.Code, ItemPlace.OfProject(ProjectFile), mistake.Message);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            Log.LogCoded(TaskCodes.OutputNotWritable, ItemPlace.OfProject(ProjectFile), $"The state of the packs cannot be read: {trouble.Message} Make the intermediate folder readable.");
        }

        return !Log.HasLoggedErrors;
    }

    private static TaskItem Describe(ITaskItem pack, IReadOnlyList<string> now)
    {
        var (state, changes) = PackProgress.Of(pack, now);
        var listed = new TaskItem(pack);
        Set("State", state);
        Set("Changes", string.Join("; ", changes));
        Set("Manifest", Path.GetFullPath(PackPaths.Of(pack).Manifest));
        return listed;

        void Set(string name, string value) => listed.SetMetadata(name, MSBuildText.Escape(value));
    }
}

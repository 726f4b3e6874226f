namespace Nunchi.Cli.Tests;

public class NewDirectoryTests
{
    [Fact]
    public void Begin_NotCommitted_LeavesNothing()
    {
        using var shell = new TestShell();

        using (NewDirectory directory = NewDirectory.Begin(shell.PathOf("out")))
            File.WriteAllText(Path.Combine(directory.Path, "a"), "a");

        Assert.Equal(["models"], Directory.EnumerateFileSystemEntries(shell.Folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Commit_EmptyDirectoryThere_TakesItsPlace()
    {
        using var shell = new TestShell();
        Directory.CreateDirectory(shell.PathOf("out"));

        using (NewDirectory directory = NewDirectory.Begin(shell.PathOf("out")))
        {
            File.WriteAllText(Path.Combine(directory.Path, "a"), "a");
            directory.Commit();
        }

        Assert.Equal("a", File.ReadAllText(shell.PathOf("out/a")));
        Assert.Equal(["models", "out"], Directory.EnumerateFileSystemEntries(shell.Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Begin_FilesThere_IsRefused()
    {
        using var shell = new TestShell();

        Assert.Throws<UsageException>(() => NewDirectory.Begin(shell.Folder));
        Assert.True(Directory.Exists(shell.Model));
    }
}

//! WASI's first preview for core modules: the engine's functions, a few of them with a check.
//! Nothing is opened that would delay a thread, and nothing is listed that takes more memory of
//! the host than the guest may have. What the other functions mean is left to the engine.

use wasmtime::Linker;
use wasmtime_wasi::p1::types::{self, Errno, Error};
use wasmtime_wasi::p1::wasi_snapshot_preview1::{WasiSnapshotPreview1, add_to_linker};
use wiggle::{GuestMemory, GuestPtr};

use crate::store::state::State;

/// The bytes of the host that a listing takes for each byte of the folder's own size. Some file
/// systems count no more than 20 bytes for a name, however long it is. The folder's content
/// cannot be read here.
const LISTING: usize = 16;

type Result<R> = std::result::Result<R, Error>;

/// Offers WASI's first preview.
pub(crate) fn link<T: Send + 'static>(linker: &mut Linker<State<T>>) -> wasmtime::Result<()> {
    add_to_linker(linker, |state: &mut State<T>| state)
}

impl<T> State<T> {
    /// Refuses to open anything but a file or a folder, and to set its times, which opens it as
    /// well: a named pipe, a socket or a device could delay a thread forever.
    async fn may_open(
        &mut self,
        memory: &mut GuestMemory<'_>,
        (folder, path): (types::Fd, GuestPtr<str>),
        flags: types::Lookupflags,
    ) -> Result<()> {
        let found = self.wasi_context().path_filestat_get(memory, folder, flags, path).await;
        // If this fails, opening the file reports a better error.
        match found.map(|found| found.filetype) {
            Ok(types::Filetype::RegularFile)
            | Ok(types::Filetype::Directory)
            | Ok(types::Filetype::SymbolicLink)
            | Err(_) => Ok(()),
            Ok(_) => Err(Errno::Perm.into()),
        }
    }

    /// Refuses to list a folder if that takes more memory than the guest may have.
    async fn may_list(&mut self, memory: &mut GuestMemory<'_>, fd: types::Fd) -> Result<()> {
        let Ok(found) = self.wasi_context().fd_filestat_get(memory, fd).await else {
            // If this fails, listing the folder reports a better error.
            return Ok(());
        };
        let size = usize::try_from(found.size).unwrap_or(usize::MAX);
        // The engine reads the whole folder for each call, whatever length the guest asked for.
        self.meter
            .check_host_bytes(size.saturating_mul(LISTING))
            .map_err(|limit| Error::trap(limit.into()))
    }
}

/// Defines functions that call the engine's functions of the same names.
macro_rules! as_it_is {
    (sync $($name:ident($($param:ident: $ty:ty),*) -> $result:ty;)*) => {$(
        fn $name(&mut self, memory: &mut GuestMemory<'_>, $($param: $ty),*) -> Result<$result> {
            self.wasi_context().$name(memory, $($param),*)
        }
    )*};
    (async $($name:ident($($param:ident: $ty:ty),*) -> $result:ty;)*) => {$(
        async fn $name(
            &mut self,
            memory: &mut GuestMemory<'_>,
            $($param: $ty),*
        ) -> Result<$result> {
            self.wasi_context().$name(memory, $($param),*).await
        }
    )*};
}

type Text = GuestPtr<str>;
type Bytes = GuestPtr<u8>;

impl<T: Send> WasiSnapshotPreview1 for State<T> {
    fn set_hostcall_fuel(&mut self, fuel: usize) {
        self.wasi_context().set_hostcall_fuel(fuel);
    }

    fn proc_exit(
        &mut self,
        memory: &mut GuestMemory<'_>,
        status: types::Exitcode,
    ) -> wasmtime::Error {
        self.wasi_context().proc_exit(memory, status)
    }

    async fn path_open(
        &mut self,
        memory: &mut GuestMemory<'_>,
        folder: types::Fd,
        lookup: types::Lookupflags,
        path: GuestPtr<str>,
        open: types::Oflags,
        rights: types::Rights,
        inherited: types::Rights,
        flags: types::Fdflags,
    ) -> Result<types::Fd> {
        self.may_open(memory, (folder, path), lookup).await?;
        let wasi = self.wasi_context();
        wasi.path_open(memory, folder, lookup, path, open, rights, inherited, flags).await
    }

    async fn path_filestat_set_times(
        &mut self,
        memory: &mut GuestMemory<'_>,
        folder: types::Fd,
        lookup: types::Lookupflags,
        path: GuestPtr<str>,
        accessed: types::Timestamp,
        modified: types::Timestamp,
        flags: types::Fstflags,
    ) -> Result<()> {
        self.may_open(memory, (folder, path), lookup).await?;
        let wasi = self.wasi_context();
        wasi.path_filestat_set_times(memory, folder, lookup, path, accessed, modified, flags).await
    }

    async fn fd_readdir(
        &mut self,
        memory: &mut GuestMemory<'_>,
        fd: types::Fd,
        buffer: GuestPtr<u8>,
        length: types::Size,
        cookie: types::Dircookie,
    ) -> Result<types::Size> {
        self.may_list(memory, fd).await?;
        self.wasi_context().fd_readdir(memory, fd, buffer, length, cookie).await
    }

    fn clock_time_get(
        &mut self,
        memory: &mut GuestMemory<'_>,
        clock: types::Clockid,
        precision: types::Timestamp,
    ) -> Result<types::Timestamp> {
        let now = self.wasi_context().clock_time_get(memory, clock, precision)?;
        let seen = match clock {
            types::Clockid::Realtime => self.calendar_seen(now),
            _ => self.monotonic_seen(now),
        };
        seen.map_err(Error::trap)
    }

    fn random_get(
        &mut self,
        memory: &mut GuestMemory<'_>,
        buffer: Bytes,
        length: types::Size,
    ) -> Result<()> {
        self.wasi_context().random_get(memory, buffer, length)?;
        if self.surroundings().is_some() {
            let buffer = buffer.as_array(length);
            let bytes = self.chance(memory.to_vec(buffer)?).map_err(Error::trap)?;
            memory.copy_from_slice(&bytes, buffer)?;
        }
        Ok(())
    }

    as_it_is! { sync
        args_get(argv: GuestPtr<Bytes>, buffer: Bytes) -> ();
        args_sizes_get() -> (types::Size, types::Size);
        environ_get(environ: GuestPtr<Bytes>, buffer: Bytes) -> ();
        environ_sizes_get() -> (types::Size, types::Size);
        clock_res_get(clock: types::Clockid) -> types::Timestamp;
        fd_allocate(fd: types::Fd, offset: types::Filesize, length: types::Filesize) -> ();
        fd_fdstat_set_flags(fd: types::Fd, flags: types::Fdflags) -> ();
        fd_fdstat_set_rights(fd: types::Fd, base: types::Rights, inherited: types::Rights) -> ();
        fd_prestat_get(fd: types::Fd) -> types::Prestat;
        fd_prestat_dir_name(fd: types::Fd, path: Bytes, length: types::Size) -> ();
        fd_tell(fd: types::Fd) -> types::Filesize;
        proc_raise(signal: types::Signal) -> ();
        sched_yield() -> ();
        sock_accept(fd: types::Fd, flags: types::Fdflags) -> types::Fd;
        sock_recv(fd: types::Fd, data: types::IovecArray, flags: types::Riflags)
            -> (types::Size, types::Roflags);
        sock_send(fd: types::Fd, data: types::CiovecArray, flags: types::Siflags) -> types::Size;
        sock_shutdown(fd: types::Fd, how: types::Sdflags) -> ();
    }

    as_it_is! { async
        fd_advise(
            fd: types::Fd,
            offset: types::Filesize,
            length: types::Filesize,
            advice: types::Advice
        ) -> ();
        fd_close(fd: types::Fd) -> ();
        fd_datasync(fd: types::Fd) -> ();
        fd_fdstat_get(fd: types::Fd) -> types::Fdstat;
        fd_filestat_get(fd: types::Fd) -> types::Filestat;
        fd_filestat_set_size(fd: types::Fd, size: types::Filesize) -> ();
        fd_filestat_set_times(
            fd: types::Fd,
            accessed: types::Timestamp,
            modified: types::Timestamp,
            flags: types::Fstflags
        ) -> ();
        fd_read(fd: types::Fd, buffers: types::IovecArray) -> types::Size;
        fd_pread(fd: types::Fd, buffers: types::IovecArray, offset: types::Filesize) -> types::Size;
        fd_write(fd: types::Fd, buffers: types::CiovecArray) -> types::Size;
        fd_pwrite(fd: types::Fd, buffers: types::CiovecArray, offset: types::Filesize)
            -> types::Size;
        fd_renumber(from: types::Fd, to: types::Fd) -> ();
        fd_seek(fd: types::Fd, offset: types::Filedelta, whence: types::Whence) -> types::Filesize;
        fd_sync(fd: types::Fd) -> ();
        path_create_directory(folder: types::Fd, path: Text) -> ();
        path_filestat_get(folder: types::Fd, flags: types::Lookupflags, path: Text)
            -> types::Filestat;
        path_link(
            from_folder: types::Fd,
            lookup: types::Lookupflags,
            from: Text,
            to_folder: types::Fd,
            to: Text
        ) -> ();
        path_readlink(folder: types::Fd, path: Text, buffer: Bytes, length: types::Size)
            -> types::Size;
        path_remove_directory(folder: types::Fd, path: Text) -> ();
        path_rename(from_folder: types::Fd, from: Text, to_folder: types::Fd, to: Text) -> ();
        path_symlink(from: Text, folder: types::Fd, to: Text) -> ();
        path_unlink_file(folder: types::Fd, path: Text) -> ();
        poll_oneoff(
            subscriptions: GuestPtr<types::Subscription>,
            events: GuestPtr<types::Event>,
            count: types::Size
        ) -> types::Size;
    }
}
